from hardening.model.facts import Facts
from hardening.model.swarm import ManagerStatus
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, member, service, task, worker

WEB = service()


def tasks_on(*nodes: str) -> Facts:
    tasks = tuple(task(WEB, id=f"t{number}", node_id=node, slot=number) for number, node in enumerate(nodes, 1))
    return in_swarm(nodes=(member(1), member(2), member(3), worker(4), worker(5)), services=(WEB,), tasks=tasks)


CASES = (
    passes("a task on each of two", tasks_on("w4", "w5"), says="stops no service"),
    passes("a single task moves", tasks_on("m4"), says="stops until started elsewhere: shop_web"),
    fails("all replicas on one", tasks_on("m4", "m4"), says="every task of shop_web falls"),
    fails("two managers", in_swarm(nodes=(member(1), member(2), worker(3))), says="1 of 2 managers are left"),
    fails(
        "one of three managers is away already",
        in_swarm(nodes=(member(1), member(2), member(3, manager_status=ManagerStatus("unreachable")))),
        says="1 of 3 managers",
    ),
    inapplicable("one machine", in_swarm(nodes=(member(1),))),
    inapplicable("no swarm", NO_SWARM),
    unknown("the node is gone", GONE),
)
