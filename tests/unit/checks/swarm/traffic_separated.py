from tests.unit.checks.cases import inapplicable, manual, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm

CASES = (
    manual("a person has to look", in_swarm(), says="node1 10.0.0.1"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
