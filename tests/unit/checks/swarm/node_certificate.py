from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, NOW, certificate_pem, missing, on_node

DAY = 86400


def certified(start: float, days: int) -> Facts:
    return on_node(swarm_certificate=Known(certificate_pem(start, days)))


CASES = (
    passes("half of its life left", certified(NOW - 45 * DAY, 90), says="50% of its life left"),
    fails("ended", certified(NOW - 91 * DAY, 90), says="0% of its life left"),
    fails("not renewed in time", certified(NOW - 85 * DAY, 90)),
    fails("not valid yet", certified(NOW + DAY, 90), says="not valid yet"),
    unknown("not read", on_node(swarm_certificate=missing())),
    unknown("no certificate", on_node(swarm_certificate=Known("nonsense"))),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
