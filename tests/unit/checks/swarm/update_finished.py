from hardening.model.swarm import UpdateStatus
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, in_swarm, service

CASES = (
    passes("never updated", in_swarm()),
    passes("completed", in_swarm(services=(service(update_status=UpdateStatus("completed")),))),
    fails(
        "paused", in_swarm(services=(service(update_status=UpdateStatus("paused", "task failed")),)), says="task failed"
    ),
    fails("rolled back", in_swarm(services=(service(update_status=UpdateStatus("rollback_completed")),))),
    unknown("the node is gone", GONE),
)
