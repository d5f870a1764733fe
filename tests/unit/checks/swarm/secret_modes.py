from hardening.model.swarm import FileTarget, SecretReference
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, with_service

OPEN = SecretReference("s1", "shop_key_1", FileTarget("key", "10001", "10001", 0o444))

CASES = (
    passes("owner only", in_swarm()),
    fails("swarm's default", with_service(secrets=(OPEN,)), says="shop_key_1: 0444"),
    fails("no target told", with_service(secrets=(SecretReference("s1", "shop_key_1"),))),
    inapplicable("no secret", with_service(secrets=None)),
    inapplicable("no service", in_swarm(services=())),
    unknown("the node is gone", GONE),
)
