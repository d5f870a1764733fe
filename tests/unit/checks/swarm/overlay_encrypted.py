from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, overlay

CASES = (
    passes("by an empty option", in_swarm()),
    passes("by true", in_swarm(networks=(overlay(options={"encrypted": "true"}),))),
    fails("plain", in_swarm(networks=(overlay(), overlay("other", options={}))), says="plain"),
    fails("explicitly plain", in_swarm(networks=(overlay(options={"encrypted": "false"}),))),
    fails("no options", in_swarm(networks=(overlay(options=None),))),
    unknown("the node is gone", GONE),
    inapplicable("only the routing mesh", in_swarm(networks=(overlay("ingress", ingress=True, options={}),))),
    inapplicable("no overlay", in_swarm(networks=())),
    inapplicable("no swarm", NO_SWARM),
)
