"""Did a service's last change come to a good end?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, passed, per_service
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service

GOOD = frozenset({"", "completed", "updating"})


def judge(service: Service, _swarm: SwarmFacts) -> Verdict:
    """A rollback that completed is a failed update as well."""
    status = service.update_status
    state = status.state if status else ""
    message = f": {status.message}" if status and status.message else ""
    observed = f"{state}{message}" if state else "never updated"
    return (passed if state in GOOD else failed)(observed, "completed")


CHECK = Check(
    id="swarm-update-finished",
    title="No service is stuck in, or thrown back from, its last change",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="After a rollback the old, perhaps vulnerable version runs on, and `docker stack deploy` said nothing.",
    remediation="`docker service inspect --pretty SERVICE` shows the state; correct the cause and deploy again.",
    evaluate=per_service(judge),
)
