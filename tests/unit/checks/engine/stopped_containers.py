from hardening.model.facts import Facts, StoppedContainer
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, missing, on_engine


def stopped(*containers: StoppedContainer) -> Facts:
    return on_engine(stopped=Known(containers))


CASES = (
    passes("none", stopped()),
    passes("ended tasks", stopped(StoppedContainer("shop_web.1.t0", "exited", 1.0, "shop_web")), says="1 of ended"),
    fails("a plain one", stopped(StoppedContainer("tool", "exited", 1.0)), says="tool (exited)"),
    fails("one that never ran", stopped(StoppedContainer("x", "created", 1.0))),
    unknown("not listed", on_engine(stopped=missing())),
    unknown("the node is gone", GONE),
)
