"""Do managers run services beside the swarm's keys?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts

EXPECTED = "none: managers only manage"


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Tasks that run on each manager now."""
    names = {service.id: service.spec.name for service in swarm.services}
    for node in swarm.nodes:
        if node.spec.role != "manager":
            continue
        tasks = [task for task in swarm.tasks if task.node_id == node.id and task.status.state == "running"]
        running = sorted({names.get(task.service_id, "a removed service") for task in tasks})
        part = f"manager {node.description.hostname}"
        if running:
            yield failed(f"runs {', '.join(running)}", EXPECTED, part)
        elif node.spec.availability == "active":
            yield passed("runs nothing, though it would accept tasks", EXPECTED, part)
        else:
            yield passed(f"availability {node.spec.availability}", EXPECTED, part)


CHECK = Check(
    id="swarm-managers-drained",
    title="Managers run no services",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=2,
    refs=(),
    rationale="What breaks out of a container on a manager reads every secret of the swarm and commands all nodes.",
    remediation="`docker node update --availability drain MANAGER`, with workers enough to take the tasks.",
    evaluate=of_swarm(judge),
)
