from tests.unit.checks.cases import inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, member

CASES = (
    passes("each one", in_swarm(nodes=(member(1),))),
    unknown("a stranger", in_swarm(), says="not in the inventory"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
