from hardening.model.swarm import EndpointSpec, PublishedPort
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, overlay, service

PUBLISHED = service(endpoint_spec=EndpointSpec(ports=(PublishedPort(8080, "tcp", 80),)))
BY_NAME = service(networks=({"Target": "shop_data"},))

CASES = (
    passes("internal", in_swarm(), says="used by shop_web"),
    fails("a way out", in_swarm(networks=(overlay(internal=False),)), says="has a way out"),
    fails("named instead of numbered", in_swarm(networks=(overlay(internal=False),), services=(BY_NAME,))),
    inapplicable("something is published there", in_swarm(networks=(overlay(internal=False),), services=(PUBLISHED,))),
    inapplicable("nobody is on it", in_swarm(services=())),
    unknown("the node is gone", GONE),
)
