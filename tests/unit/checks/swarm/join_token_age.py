from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, manual, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm


def swarm_of(made: str, changed: str) -> Facts:
    return in_swarm(created_at=f"{made}T10:00:00.123456789Z", updated_at=f"{changed}T10:00:00Z")


CASES = (
    passes("a young swarm", swarm_of("2026-11-01", "2026-11-10"), says="cannot be older than 17 days"),
    fails("unchanged for two years", swarm_of("2023-01-01", "2024-11-01"), says="at least 747 days old"),
    manual("old, and changed last week", swarm_of("2023-01-01", "2026-11-10"), says="between 8 and 1417 days"),
    unknown("no dates", in_swarm(created_at="long ago")),
    unknown("the last change is not told", in_swarm(created_at="2023-01-01T00:00:00Z", updated_at="")),
    unknown("the node is gone", GONE),
    inapplicable("no swarm", NO_SWARM),
)
