from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_SWARM, in_swarm

HOUR = 3600 * 10**9

CASES = (
    passes("a day", in_swarm(), says="24 hours"),
    fails("the default", in_swarm(node_cert_expiry=2160 * HOUR), says="90 days"),
    unknown("not told", in_swarm(node_cert_expiry=0)),
    inapplicable("no swarm", NO_SWARM),
)
