from hardening.model.swarm import SwarmNodeStatus
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, member

CASES = (
    passes("all ready", in_swarm()),
    fails("one down", in_swarm(nodes=(member(1), member(2, status=SwarmNodeStatus("down", message="heartbeat"))))),
    unknown("the node is gone", GONE),
)
