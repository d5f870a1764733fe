from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_SWARM, authority_pem, in_swarm

CASES = (
    passes("twenty years", in_swarm(), says="valid until 204"),
    fails("two months left", in_swarm(trust_root=authority_pem(days=90))),
    fails("expired", in_swarm(trust_root=authority_pem(days=20)), says="valid until 2026-11"),
    unknown("not told", in_swarm(trust_root="")),
    unknown("no certificate", in_swarm(trust_root="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")),
    inapplicable("no swarm", NO_SWARM),
)
