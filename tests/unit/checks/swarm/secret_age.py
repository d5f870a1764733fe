import msgspec

from hardening.model.stack import CERTIFICATE_LABEL
from hardening.model.swarm import StoredSpec
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import in_swarm, stored

OLD = stored("shop_key_1", "s1", "2025-10-01T10:00:00Z")
CERTIFICATE = msgspec.structs.replace(OLD, spec=StoredSpec("shop_own_1", {CERTIFICATE_LABEL: "-----BEGIN"}))

CASES = (
    passes("weeks old", in_swarm()),
    passes(
        "an old one that nothing uses", in_swarm(secrets=(stored("k", "s1"), stored("x", "s9", "2020-01-01T00:00:00Z")))
    ),
    fails("a year old", in_swarm(secrets=(OLD,)), says="shop_key_1: 413"),
    inapplicable("a certificate, which has an end of its own", in_swarm(secrets=(CERTIFICATE,))),
    unknown("no date", in_swarm(secrets=(stored("shop_key_1", "s1", "yesterday"),)), says="is no time"),
    inapplicable("none in use", in_swarm(services=())),
)
