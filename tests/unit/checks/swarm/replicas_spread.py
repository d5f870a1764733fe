from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, member, task

TWO = (task(id="a", node_id="m1"), task(id="b", node_id="m1"))

CASES = (
    passes("two machines", in_swarm(tasks=(task(id="a", node_id="m1"), task(id="b", node_id="m2")))),
    fails("one machine", in_swarm(tasks=TWO), says="2 tasks on 1 machine"),
    inapplicable("one task", in_swarm()),
    inapplicable("one machine in all", in_swarm(tasks=TWO, nodes=(member(1),))),
    unknown("the node is gone", GONE),
)
