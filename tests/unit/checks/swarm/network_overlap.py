from hardening.model.facts import Route
from hardening.model.known import Known, Unavailable
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, addresses, cluster, in_swarm, node, overlay, swarm

NEIGHBOUR = Known((Route("10.0.0.0/16", "eth0"),))
LAST = Known((Route("10.0.1.255/32", "wg0"),))

CASES = (
    passes("apart from every machine's networks", in_swarm(), says="10.0.1.0/24"),
    passes("of version 6", in_swarm(networks=(overlay(addresses=addresses("fd00::/64")),))),
    fails("within a machine's network", cluster(node(routes=NEIGHBOUR)), says="node1 has 10.0.0.0/16 by eth0"),
    fails("with one address of it", cluster(node(routes=LAST)), says="node1 has 10.0.1.255/32 by wg0"),
    fails(
        "the second subnet",
        in_swarm(networks=(overlay(addresses=addresses("10.9.0.0/24", "192.168.7.128/25")),)),
        says="192.168.7.0/24",
    ),
    unknown("the routes were not read", cluster(node(routes=Unavailable("no")))),
    unknown("its addresses were not told", in_swarm(networks=(overlay(addresses=None),))),
    unknown(
        "its addresses make no sense",
        in_swarm(networks=(overlay(addresses=addresses("10.1.0/24")),)),
        says="its addresses make no sense",
    ),
    fails(
        "another one's addresses make no sense",
        cluster(
            node(routes=NEIGHBOUR, swarm=Known(swarm(networks=(overlay(), overlay(addresses=addresses("10.1.0/24")))))),
        ),
        says="node1 has 10.0.0.0/16 by eth0",
    ),
    unknown("a route makes no sense", cluster(node(routes=Known((Route("10.0/16", "eth0"),)))), says="routes of node1"),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
