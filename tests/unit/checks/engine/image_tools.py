from hardening.model.facts import Facts, ImagePrograms
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, IMAGE_ID, cluster, missing, node, on_engine


def holding(count: int, *tools: str) -> Facts:
    return on_engine(programs={IMAGE_ID: Known(ImagePrograms(count, tools))})


CASES = (
    passes("a slim image", holding(20), says="none among 20"),
    fails("a package manager and a compiler", holding(900, "/usr/bin/apt", "/usr/bin/gcc"), says="/usr/bin/gcc"),
    unknown("no programs where they usually are", holding(0)),
    unknown("not looked at", on_engine(programs={IMAGE_ID: missing()})),
    unknown("not asked", on_engine(programs={})),
    unknown("the node is gone", GONE),
    inapplicable("nothing runs", cluster(node())),
)
