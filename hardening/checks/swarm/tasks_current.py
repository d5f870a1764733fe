"""Do running tasks follow the service's present definition?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, passed, per_service
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service


def judge(service: Service, swarm: SwarmFacts) -> Verdict:
    """A task keeps the template it was made from."""
    tasks = [task for task in swarm.tasks if task.service_id == service.id and task.status.state == "running"]
    if not tasks:
        return not_applicable("no task runs")
    old = [task for task in tasks if task.spec != service.spec.task_template]
    observed = f"{len(old)} of {len(tasks)} tasks follow an older definition"
    return (failed if old else passed)(observed, "none")


CHECK = Check(
    id="swarm-tasks-current",
    title="Every running task follows its service's present definition",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="The hardened definition that everybody reads may not be the one that runs.",
    remediation="`docker service ps SERVICE` tells why; then `docker service update --force SERVICE`.",
    evaluate=per_service(judge),
)
