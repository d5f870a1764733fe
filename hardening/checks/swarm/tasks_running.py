"""Does every service have the tasks it should have?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, passed, per_service
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service


def judge(service: Service, swarm: SwarmFacts) -> Verdict:
    """Tasks that should run against those that do."""
    wanted = _wanted(service, swarm)
    if wanted == 0 and service.spec.mode.global_ is not None:
        return failed("it is to run on every node that fits, and none does", "one node at least")
    if wanted == 0:
        return not_applicable("the service is scaled to zero" if service.spec.mode.replicated else "it is a job")
    tasks = [task for task in swarm.tasks if task.service_id == service.id and task.desired_state == "running"]
    running = sum(task.status.state == "running" for task in tasks)
    errors = sorted({task.status.err for task in tasks if task.status.err})
    observed = f"{running} of {wanted} run" + (f": {'; '.join(errors)}" if errors else "")
    return (passed if running >= wanted else failed)(observed, f"{wanted}")


def _wanted(service: Service, swarm: SwarmFacts) -> int:
    if service.spec.mode.replicated is not None:
        return service.spec.mode.replicated.replicas
    return len(
        {task.node_id for task in swarm.tasks if task.service_id == service.id and task.desired_state == "running"}
    )


CHECK = Check(
    id="swarm-tasks-running",
    title="Every service has all of its tasks running",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="What does not run serves nobody, and the next failure finds no spare.",
    remediation="`docker service ps --no-trunc SERVICE` tells why.",
    evaluate=per_service(judge),
)
