"""Service discovery: do networks know the tasks that run?

An engine tells its networks of a task once, when the task becomes healthy. Where the engine's session with its manager
broke just then, as on a machine with too much to do, engines of 26.1 were seen to count the task as running ever after
without a name for it on any network. A new task has one.
"""

import time
from typing import TYPE_CHECKING

from hardening.errors import FailedError
from hardening.hosts.engine import engine
from hardening.model.stack import STACK_LABEL, Stack

from . import waves

if TYPE_CHECKING:
    from .running import Cluster

ANNOUNCED_SECONDS = 5
"""Until what one machine announced is known to all, on machines of common speed."""
ROUNDS = 2
"""How often services whose tasks stay unknown are started anew."""
_POLL_SECONDS = 2.0


def announce(cluster: "Cluster", stack: Stack, *, restart: bool) -> bool:
    """Wait until networks know every running task of a stack; with `restart`, services with unknown ones start anew.

    Returns:
        Whether services were started anew.

    Raises:
        FailedError: a task is still unknown then.
    """
    anew = False
    for left in reversed(range(ROUNDS + 1)):
        unknown = _until_known(cluster, stack)
        if not unknown:
            return anew
        if not restart or not left:
            raise FailedError(
                f"stack {stack.name}: no network knows tasks of {', '.join(unknown)}: nothing finds them by name",
                f"docker service update --force {unknown[0]}; if that does not help, see whether machines reach each "
                "other on port 7946, TCP and UDP: journalctl -u docker",
            )
        _start_anew(cluster, stack, unknown)
        anew = True
    return anew


def _until_known(cluster: "Cluster", stack: Stack) -> tuple[str, ...]:
    """Services with tasks that are still unknown when time is up."""
    deadline = time.monotonic() + ANNOUNCED_SECONDS * cluster.pace
    while True:
        unknown = _unknown(cluster, stack)
        if not unknown or time.monotonic() > deadline:
            return unknown
        time.sleep(_POLL_SECONDS)


def _unknown(cluster: "Cluster", stack: Stack) -> tuple[str, ...]:
    """Services of which a running task is not on every overlay network of theirs.

    A machine tells only of networks that it has tasks on, so all are asked.
    """
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        services = leading.services(STACK_LABEL, stack.name)
        running = [
            task
            for task in leading.tasks(STACK_LABEL, stack.name)
            if task.desired_state == task.status.state == "running"
        ]
        overlays = {network.id for network in leading.overlays(STACK_LABEL, stack.name)}
    joined = {
        service.id: overlays & {str(each.get("Target", "")) for each in service.spec.task_template.networks or ()}
        for service in services
    }
    known: dict[str, set[str]] = {network: set() for network in overlays}
    for host in cluster.hosts.values():
        with engine(host) as asked:
            for network in overlays:
                known[network] |= asked.announced(network)
    return tuple(
        service.spec.name
        for service in services
        if any(
            task.id not in known[network]
            for task in running
            if task.service_id == service.id
            for network in joined[service.id]
        )
    )


def _start_anew(cluster: "Cluster", stack: Stack, services: tuple[str, ...]) -> None:
    """Start tasks of services anew; members of a replica set in turn, where there is a set."""
    left = list(services)

    def restart(service: str) -> None:
        cluster.report(cluster.leader.name, f"{service} is not known on its networks, its tasks start anew")
        _restart(cluster, service)
        left.remove(service)

    for name, replica_set in stack.replica_sets.items():
        keys = (key for key in (*replica_set.members, replica_set.arbiter) if key)
        due = [key for key in keys if stack.services[key].name in left]
        waves.in_turn(cluster, stack, name, due, lambda key: restart(stack.services[key].name))
    for service in tuple(left):
        restart(service)


def _restart(cluster: "Cluster", service: str) -> None:
    host = cluster.hosts[cluster.leader.name]
    result = host.run(("docker", "service", "update", "--force", "--quiet", service), timeout=600 * cluster.pace)
    if not result.ok:
        raise FailedError(f"{host.node.name}: docker service update --force {service}: {result.complaint}")
