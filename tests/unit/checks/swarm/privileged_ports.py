import msgspec

from hardening.model.facts import Facts
from hardening.model.swarm import EndpointSpec, PublishedPort
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, service


def publishing(port: int, allowed: tuple[int, ...] | None) -> Facts:
    endpoint = EndpointSpec(ports=(PublishedPort(8080, "tcp", port),))
    return msgspec.structs.replace(in_swarm(services=(service(endpoint_spec=endpoint),)), allowed_ports=allowed)


CASES = (
    passes("none", in_swarm()),
    passes("a high one", publishing(8080, None)),
    passes("80, on purpose", publishing(80, (80,)), says="as allowed"),
    fails("80 by ingress, which nobody allowed", publishing(80, None), says="80 of shop_web"),
    fails("22, though 80 is allowed", publishing(22, (80,))),
    unknown("the node is gone", GONE),
)
