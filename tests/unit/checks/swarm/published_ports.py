import msgspec

from hardening.model.facts import Facts
from hardening.model.swarm import EndpointSpec, PublishedPort
from tests.unit.checks.cases import fails, manual, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, service


def publishing(port: int, mode: str = "ingress", allowed: tuple[int, ...] | None = (80, 443)) -> Facts:
    endpoint = EndpointSpec(ports=(PublishedPort(8080, "tcp", port, mode),))
    return msgspec.structs.replace(in_swarm(services=(service(endpoint_spec=endpoint),)), allowed_ports=allowed)


CASES = (
    passes("none", in_swarm()),
    passes("an allowed one", publishing(80), says="80/tcp (shop_web, ingress)"),
    fails("another by ingress", publishing(27017), says="27017/tcp of shop_web (ingress)"),
    fails("another by host mode", publishing(8080, "host"), says="host"),
    fails("one that the swarm picks", publishing(0), says="any free tcp port of shop_web"),
    fails("none is allowed", publishing(80, allowed=())),
    manual("no list to compare with", publishing(80, allowed=None), says="no allow-list"),
    unknown("the node is gone", GONE),
)
