from hardening.model.swarm import ManagerStatus
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, member, worker

LOST = member(3, manager_status=ManagerStatus("unreachable"))

CASES = (
    passes("three", in_swarm(), says="3 of 3 managers answer; 1 more"),
    passes("three among workers", in_swarm(nodes=(member(1), member(2), member(3), worker(4)))),
    fails("one", in_swarm(nodes=(member(1), worker(2))), says="1 of 1"),
    fails("two", in_swarm(nodes=(member(1), member(2)))),
    fails("four", in_swarm(nodes=tuple(map(member, (1, 2, 3, 4))))),
    fails("three of which one is lost", in_swarm(nodes=(member(1), member(2), LOST)), says="0 more"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
