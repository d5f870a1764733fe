from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import in_swarm, stored

CASES = (
    passes("weeks old", in_swarm()),
    passes(
        "an old one that nothing uses", in_swarm(secrets=(stored("k", "s1"), stored("x", "s9", "2020-01-01T00:00:00Z")))
    ),
    fails(
        "a year old", in_swarm(secrets=(stored("shop_key_1", "s1", "2025-10-01T10:00:00Z"),)), says="shop_key_1: 413"
    ),
    unknown("no date", in_swarm(secrets=(stored("shop_key_1", "s1", "yesterday"),)), says="is no time"),
    inapplicable("none in use", in_swarm(services=())),
)
