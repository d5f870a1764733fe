from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_SWARM, NOW, authority_pem, in_swarm

OLD = NOW - 400 * 86400

CASES = (
    passes("a month", in_swarm()),
    fails("over a year", in_swarm(trust_root=authority_pem(start=OLD)), says="in use since 2025"),
    fails("a rotation that hangs", in_swarm(root_rotation_in_progress=True), says="under way"),
    unknown("not told", in_swarm(trust_root="")),
    inapplicable("no swarm", NO_SWARM),
)
