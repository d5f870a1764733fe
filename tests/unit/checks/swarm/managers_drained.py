from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, member, task

CASES = (
    passes("drained", in_swarm(), says="drain"),
    passes("would accept, but runs nothing", in_swarm(nodes=(member(1, availability="active"),))),
    fails("runs a service", in_swarm(tasks=(task(node_id="m1"),)), says="shop_web"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
