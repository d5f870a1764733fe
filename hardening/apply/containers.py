"""Where a stack's tasks run now."""

from typing import TYPE_CHECKING

from hardening.hosts.engine import engine
from hardening.model.stack import STACK_LABEL, Stack

if TYPE_CHECKING:
    from .running import Cluster


def running_containers(cluster: "Cluster", stack: Stack) -> list[tuple[str, str, str]]:
    """(service as the stack file calls it, node name, container id) of every running task."""
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        keys = {service.name: key for key, service in stack.services.items()}
        found = leading.services(STACK_LABEL, stack.name)
        tasks = leading.tasks(STACK_LABEL, stack.name)
    services = {each.id: keys[each.spec.name] for each in found if each.spec.name in keys}
    nodes = {}
    for name, host in cluster.hosts.items():
        with engine(host) as running:
            nodes[running.node_id()] = name
    return sorted(
        (services[task.service_id], nodes[task.node_id], task.status.container_status.container_id)
        for task in tasks
        if task.service_id in services
        and task.node_id in nodes
        and task.status.state == "running"
        and task.status.container_status
    )
