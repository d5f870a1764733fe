from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, cluster, engine, in_swarm, member, node, swarm

ALONE = Known(swarm(nodes=(member(1),)))


def beside(state: str, node_id: str) -> Facts:
    """Another machine beside the swarm of node1."""
    return cluster(node(swarm=ALONE), node(engine=Known(engine(node_id=node_id, local_node_state=state))))


CASES = (
    passes("each one", in_swarm(nodes=(member(1),))),
    fails("one under two names", cluster(node(swarm=ALONE), node()), says="is node1 and node2"),
    fails("a machine of another swarm", beside("active", "x9"), says="no member of the swarm that node1 manages"),
    passes("a machine of none", beside("inactive", "")),
    passes("a locked one, of whichever", beside("locked", "")),
    unknown("a stranger", in_swarm(), says="not in the inventory"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
