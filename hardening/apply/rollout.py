"""`docker stack deploy`, and then waiting for what it promised: the command itself ends before anything runs."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hardening.errors import FailedError
from hardening.hosts.engine import engine
from hardening.model.stack import STACK_LABEL, Stack
from hardening.model.swarm import Service, Task
from hardening.plan import drift
from hardening.plan.stacks import stored_names
from hardening.stack import as_yaml, compose, only

from . import waves

if TYPE_CHECKING:
    from .running import Cluster

ROLLOUT_SECONDS = 600
"""Until every task of a stack runs, on a machine of common speed."""
FAILURES = 4
"""Failed tasks of one service with the same error after which waiting on is pointless."""
_POLL_SECONDS = 2.0
_BAD_UPDATES = frozenset({"paused", "rollback_started", "rollback_paused", "rollback_completed"})
_ENDED_BADLY = frozenset({"failed", "rejected"})


def deploy(cluster: "Cluster", stack: Stack, only_these: tuple[str, ...] = ()) -> None:
    """Deploy a stack, or some services of it that are new, on the leading manager and wait until their tasks run.

    Members of one replica set never restart at the same time, although `docker stack deploy` updates every service of
    its file at once: each member whose definition changed is deployed in a file of its own, in turn, and the whole file
    last. To the swarm that is what the whole file alone would have come to, and a deploy that was killed goes on with
    the members that still run their former definition.

    Raises:
        FailedError: a task keeps failing, an update was paused or rolled back, a member of a replica set does not come
            back, or time ran out; with the task's error.
    """
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        names = stored_names(stack, leading.secrets())
        services, networks = leading.services(STACK_LABEL, stack.name), leading.networks()
    document = compose(stack, names, cluster.project.profiles)
    if only_these:
        _send(cluster, stack, document, *only_these)
        return
    changed = drift.changed(stack, document, services, networks)
    for name, replica_set in stack.replica_sets.items():
        members = (*replica_set.members, *((replica_set.arbiter,) if replica_set.arbiter else ()))
        due = [key for key in members if stack.services[key].name in changed]
        waves.in_turn(cluster, stack, name, due, lambda key: _send(cluster, stack, document, key))
    if {service.spec.name for service in services} - {each.name for each in stack.services.values()}:
        waves.retire(cluster, stack)
    _send(cluster, stack, document)


def wait(cluster: "Cluster", stack: Stack, keys: Iterable[str]) -> bool:
    """Until the tasks of services run that an earlier deploy made, and perhaps did not wait for.

    Returns:
        Whether there was anything to wait for.

    Raises:
        FailedError: a task keeps failing, or time ran out; with the task's error.
    """
    return _wait(cluster, stack, {stack.services[key].name for key in keys}, time.time(), updated=False)


def _send(cluster: "Cluster", stack: Stack, document: dict[str, object], *chosen: str) -> None:
    """Deploy some services, or all of them and remove every other, and wait for their tasks."""
    host = cluster.hosts[cluster.leader.name]
    sent = only(document, chosen) if chosen else document
    options = () if chosen else ("--prune",)
    argv = ("docker", "stack", "deploy", *options, "--resolve-image", "never", "--compose-file", "-", stack.name)
    began = time.time()
    result = host.run(argv, stdin=as_yaml(sent).encode(), timeout=300 * cluster.pace)
    if not result.ok:
        raise FailedError(f"{host.node.name}: docker stack deploy {stack.name}: {result.complaint}")
    awaited = {stack.services[key].name for key in chosen or stack.services}
    _wait(cluster, stack, awaited, began, updated=True)


def _wait(cluster: "Cluster", stack: Stack, awaited: set[str], began: float, *, updated: bool) -> bool:
    """Tasks may not keep failing from `began` on; nor may an update that was asked for, where there was one."""
    deadline = time.monotonic() + ROLLOUT_SECONDS * cluster.pace
    shown = ""
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        while True:
            services = tuple(each for each in leading.services(STACK_LABEL, stack.name) if each.spec.name in awaited)
            tasks = leading.tasks(STACK_LABEL, stack.name)
            recent = [task for task in tasks if _is_since(task, began)]
            if updated:
                _refuse_bad_updates(services, recent)
            _refuse_failures(services, recent)
            waiting = [line for service in services if (line := _waits_for(service, tasks))]
            if len(services) == len(awaited) and not waiting:
                return bool(shown)
            if time.monotonic() > deadline:
                raise FailedError(
                    f"stack {stack.name}: not running after {ROLLOUT_SECONDS * cluster.pace:.0f} s: "
                    f"{'; '.join(waiting)}{_last_error(tasks)}"
                )
            if (now := f"waiting for {', '.join(waiting)}") != shown:
                cluster.report(cluster.leader.name, shown := now)
            time.sleep(_POLL_SECONDS)


def _waits_for(service: Service, tasks: tuple[Task, ...]) -> str:
    """What a service still lacks, in words; empty when all of its tasks run what was asked for."""
    wanted = [task for task in tasks if task.service_id == service.id and task.desired_state == "running"]
    current = [task for task in wanted if task.spec.container_spec == service.spec.task_template.container_spec]
    running = [task for task in current if task.status.state == "running"]
    replicas = service.spec.mode.replicated.replicas if service.spec.mode.replicated else max(len(wanted), 1)
    updating = service.update_status is not None and service.update_status.state == "updating"
    if len(running) == replicas == len(wanted) and not updating:
        return ""
    return f"{service.spec.name} {len(running)}/{replicas}"


def _refuse_bad_updates(services: tuple[Service, ...], tasks: list[Task]) -> None:
    for service in services:
        if service.update_status and service.update_status.state in _BAD_UPDATES:
            raise FailedError(
                f"{service.spec.name}: the update is {service.update_status.state}: {service.update_status.message}"
                f"{_last_error(tuple(task for task in tasks if task.service_id == service.id))}"
            )


def _refuse_failures(services: tuple[Service, ...], tasks: list[Task]) -> None:
    names = {service.id: service.spec.name for service in services}
    failed = Counter(
        (names[task.service_id], task.status.err)
        for task in tasks
        if task.status.state in _ENDED_BADLY and task.service_id in names
    )
    for (name, error), times in failed.items():
        if times >= FAILURES:
            raise FailedError(
                f"{name}: its tasks keep failing: {error}",
                f"what they say: harden logs {name}; where something was not permitted, their profile lacks it: "
                f"harden profile record {name} --complain",
            )


def _is_since(task: Task, began: float) -> bool:
    """Whether a task's last change is of this deploy; nodes' clocks may differ by some seconds."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began - 5))
    return task.status.timestamp >= stamp


def _last_error(tasks: tuple[Task, ...]) -> str:
    errors = sorted((task.status.timestamp, task.status.err) for task in tasks if task.status.err)
    return f" (last error: {errors[-1][1]})" if errors else ""
