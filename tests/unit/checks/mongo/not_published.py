import msgspec

from hardening.model.engine import PortBinding
from hardening.model.facts import Facts
from hardening.model.known import Known
from hardening.model.swarm import EndpointSpec, PublishedPort
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    cluster,
    engine,
    missing,
    mongo_container,
    mongo_set,
    mongod,
    node,
    service,
    swarm,
    with_mongod,
)


def published(mode: str) -> Facts:
    changed = service("shop_mongo1", endpoint_spec=EndpointSpec(ports=(PublishedPort(27017, "tcp", 27017, mode),)))
    facts = with_mongod()
    first = node(engine=Known(engine(mongo_container(1))), swarm=Known(swarm(services=(changed,))))
    return msgspec.structs.replace(facts, nodes=facts.nodes | {"node1": Known(first)})


BOUND = mongo_container(1, ports={"27017/tcp": (PortBinding("127.0.0.1", "27017"),)})

HOST = mongo_container(1, network_mode="host")

CASES = (
    passes("not", with_mongod()),
    fails("by the routing mesh", published("ingress"), says="27017 (ingress)"),
    fails("in host mode", published("host"), says="27017 (host)"),
    fails("on the node's loopback", cluster(node(BOUND), mongo=(mongod(1),)), says="127.0.0.1:27017"),
    fails("in the node's own network", cluster(node(HOST), mongo=(mongod(1),)), says="the node's own network"),
    unknown("its container was not read", mongo_set(mongod(1), mongod(9))),
    unknown("the swarm could not be asked", cluster(node(mongo_container(1), swarm=missing()), mongo=(mongod(1),))),
    inapplicable("no mongod", cluster()),
)
