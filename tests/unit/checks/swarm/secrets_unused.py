from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, stored

CASES = (
    passes("all in use", in_swarm(), says="1 secrets and 1 configs"),
    fails("an old secret", in_swarm(secrets=(stored("shop_key_1", "s1"), stored("shop_key_0", "s0"))), "shop_key_0"),
    fails("an old config", in_swarm(configs=(stored("shop_conf_0", "k0"),)), says="config shop_conf_0"),
    inapplicable("none", in_swarm(secrets=(), configs=())),
    unknown("the node is gone", GONE),
)
