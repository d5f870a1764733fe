from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import in_swarm, stored

CASES = (
    passes("weeks old", in_swarm()),
    passes(
        "an old one that nothing uses", in_swarm(configs=(stored("x", "k9", "2020-01-01T00:00:00Z"), stored("c", "k1")))
    ),
    fails(
        "two years old",
        in_swarm(configs=(stored("shop_conf_1", "k1", "2024-11-01T10:00:00Z"),)),
        says="shop_conf_1: 747",
    ),
    unknown("no date", in_swarm(configs=(stored("shop_conf_1", "k1", "yesterday"),)), says="is no time"),
    inapplicable("none in use", in_swarm(services=())),
)
