"""Would the loss of one machine end a replicated service?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, passed, per_service
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service


def judge(service: Service, swarm: SwarmFacts) -> Verdict:
    """Machines under the running tasks of a service with several."""
    tasks = [task for task in swarm.tasks if task.service_id == service.id and task.status.state == "running"]
    if len(tasks) < 2:  # noqa: PLR2004 - a single task cannot be spread
        return not_applicable("fewer than two tasks run")
    if len(swarm.nodes) == 1:
        return not_applicable("the swarm has one machine")
    machines = {task.node_id for task in tasks}
    observed = f"{len(tasks)} tasks on {len(machines)} machine{'s' if len(machines) > 1 else ''}"
    return (passed if len(machines) > 1 else failed)(observed, "two machines at least")


CHECK = Check(
    id="swarm-replicas-spread",
    title="Replicas of a service are on more than one machine",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Copies on one machine fall together.",
    remediation="`placement: {preferences: [{spread: node.id}], max_replicas_per_node: 1}` in the stack.",
    evaluate=per_service(judge),
)
