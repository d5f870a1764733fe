"""Looks for what of a project is there, and takes it away. The opposite of a deploy, under the same lock."""

import time
from collections.abc import Mapping

from hardening.errors import FailedError, HostError
from hardening.hosts import Host
from hardening.hosts.engine import Engine, engine
from hardening.model.plan import LeaveSwarm, Plan, RemoveSecrets, RemoveStack, RemoveVolumes, Step
from hardening.model.project import Project
from hardening.model.removal import Remains, StackRemains
from hardening.model.stack import OWNER_LABEL, STACK_LABEL

from .running import Cluster

GONE_SECONDS = 180
"""Until the containers of a removed stack have ended, on a machine of common speed; their grace period included."""
_POLL_SECONDS = 1.0


def look(project: Project, hosts: Mapping[str, Host]) -> Remains:
    """What is there. A machine that cannot be asked is told of, not raised.

    Raises:
        FailedError: an engine refuses, such as a locked manager.
    """
    names = [stack.name for stack in project.stacks]
    stacks: dict[str, StackRemains] = {}
    volumes, members, away, seen_from = {}, [], {}, ""
    for node in project.inventory.nodes:
        try:
            with engine(hosts[node.name]) as running:
                if running.swarm_state() != "inactive":
                    members.append(node.name)
                volumes[node.name] = tuple(each for name in names for each in running.volume_names(STACK_LABEL, name))
                if not seen_from and node in project.inventory.managers and node.name in members:
                    stacks = {name: _stack(running, name) for name in names}
                    seen_from = node.name
        except HostError as error:
            away[node.name] = error.message.removeprefix(f"{node.name}: ")
    return Remains(stacks, volumes, tuple(members), away, seen_from)


def _stack(running: Engine, name: str) -> StackRemains:
    return StackRemains(
        services=tuple(sorted(each.spec.name for each in running.services(STACK_LABEL, name))),
        networks=tuple(sorted(running.network_names(STACK_LABEL, name))),
        secrets=tuple(each for each in running.secrets() if (each.spec.labels or {}).get(OWNER_LABEL) == name),
    )


def run(plan: Plan, cluster: Cluster, away: Mapping[str, str]) -> None:
    """Take away step by step; what is gone already is fine.

    Raises:
        FailedError: something would not go; what was removed before stays removed, and the next run goes on.
        HostError: a machine went away.
    """
    for step in plan.steps:
        cluster.report(step.node, step.summary)
        _apply(step, cluster, away)


def _apply(step: Step, cluster: Cluster, away: Mapping[str, str]) -> None:
    host = cluster.hosts[step.node]
    match step.action:
        case RemoveStack(stack=name):
            _remove_stack(cluster, step.node, name, [each for each in cluster.hosts if each not in away])
        case RemoveSecrets(names=names):
            with engine(host) as running:
                for secret in running.secrets():
                    if secret.spec.name in names:
                        running.remove_secret(secret.id)
        case RemoveVolumes(names=volumes):
            with engine(host) as running:
                for volume in volumes:
                    running.remove_volume(volume)
        case LeaveSwarm():
            with engine(host) as running:
                running.leave_swarm()
        case _:
            raise TypeError("no step of a removal")


def _remove_stack(cluster: Cluster, manager: str, name: str, nodes: list[str]) -> None:
    """Until nothing of a stack is left: the command itself ends before.

    It also fails where something goes away under its hands, as after a removal that was interrupted: what counts is
    what is left.
    """
    deadline = time.monotonic() + GONE_SECONDS * cluster.pace
    complaint = "not tried yet"
    while True:
        if complaint:
            result = cluster.hosts[manager].run(("docker", "stack", "rm", name), timeout=120 * cluster.pace)
            complaint = "" if result.ok else f" (docker stack rm: {result.complaint})"
        left = _left(cluster, manager, name, nodes)
        if not left:
            return
        if time.monotonic() > deadline:
            raise FailedError(
                f"stack {name}: not gone after {GONE_SECONDS * cluster.pace:.0f} s: {'; '.join(left)}{complaint}",
                "run it again: it goes on from there",
            )
        time.sleep(_POLL_SECONDS)


def _left(cluster: Cluster, manager: str, name: str, nodes: list[str]) -> list[str]:
    """What there still is of a stack, in words."""
    left = []
    for node in nodes:
        with engine(cluster.hosts[node]) as running:
            left += [f"{node}: container {each[:12]}" for each in running.containers(STACK_LABEL, name)]
    with engine(cluster.hosts[manager]) as running:
        left += [f"service {each.spec.name}" for each in running.services(STACK_LABEL, name)]
        left += [f"network {each}" for each in running.network_names(STACK_LABEL, name)]
    return left
