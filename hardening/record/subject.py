"""The service or container that is watched or driven, on all of its nodes, by the engine's own client there."""

import json
import re
import time
from collections.abc import Mapping

from msgspec import Struct

from hardening.errors import FailedError, HardenError
from hardening.hosts import Host
from hardening.model.result import Result

SERVICE_LABEL = "com.docker.swarm.service.name"
STACK_LABEL = "com.docker.stack.namespace"
PROFILE_LABEL = "harden.profile"
_LABELS = "{{json .Spec.Labels}}\n{{json .Spec.TaskTemplate.ContainerSpec.Labels}}"
SETTLE_SECONDS = 900
"""Until a stopped task has a successor that serves; emulated machines are slow."""
_POLL_SECONDS = 1.0


class Task(Struct, frozen=True):
    """A running container and its node."""

    node: str
    container: str


class Subject(Struct, frozen=True):
    """A swarm service, or a container of one node.

    Attributes:
        hosts: the nodes on which it may run.
        labels: the service's or the container's own.
    """

    name: str
    hosts: Mapping[str, Host]
    is_service: bool
    labels: dict[str, str]

    def tasks(self) -> tuple[Task, ...]:
        """What runs now."""
        chosen = f"label={SERVICE_LABEL}={self.name}" if self.is_service else f"name=^/?{re.escape(self.name)}$"
        found = []
        for node, host in self.hosts.items():
            listed = docker(host, "ps", "--no-trunc", "--quiet", "--filter", chosen)
            found += [Task(node, identity) for identity in listed.stdout.decode().split()]
        return tuple(found)

    def sibling(self, service: str) -> "Subject":
        """Another service of the same stack, by its name there.

        Raises:
            HardenError: this is no service of a stack.
        """
        stack = self.labels.get(STACK_LABEL)
        if not self.is_service or not stack:
            raise HardenError(f"{self.name}: is no service of a stack, so there is no `{service}` beside it")
        return Subject(f"{stack}_{service}", self.hosts, is_service=True, labels=self.labels)

    def settle(self, before: tuple[Task, ...]) -> None:
        """Wait until as many tasks as before run and are well, `before` not counted when they were replaced.

        Raises:
            FailedError: it takes too long.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            now = self.tasks()
            if len(now) >= len(before) and all(self._is_well(task) for task in now):
                return
            if time.monotonic() > deadline:
                raise FailedError(
                    f"{self.name}: {len(now)} of {len(before)} tasks run well {SETTLE_SECONDS} s after they were ended",
                    f"look at: docker service ps {self.name}" if self.is_service else f"docker logs {self.name}",
                )
            time.sleep(_POLL_SECONDS)

    def _is_well(self, task: Task) -> bool:
        asked = ("inspect", "--format", "{{.State.Running}} {{with .State.Health}}{{.Status}}{{end}}", task.container)
        result = self.hosts[task.node].run(("docker", *asked))
        return result.ok and result.stdout.decode().split() in (["true"], ["true", "healthy"])


def find(hosts: Mapping[str, Host], managers: tuple[str, ...], name: str) -> Subject:
    """The service of that name, or else the container, or else the service that its stack calls so.

    Raises:
        HardenError: there is none, or several have the name.
        FailedError: there may be one, but an engine does not answer.
    """
    manager, services = _services(hosts, managers)
    if name in services:
        return _service(manager, name, hosts)
    if container := _container(hosts, name):
        return container
    fitting = [each for each in services if each.endswith(f"_{name}")]
    if len(fitting) > 1:
        raise HardenError(f"{name} may be any of {', '.join(sorted(fitting))}", "name one of them in full")
    if not fitting:
        for host in hosts.values():
            docker(host, "ps", "--quiet")
        raise HardenError(f"{name}: is no service and no container on {', '.join(hosts)}", "look at: docker service ls")
    return _service(manager, fitting[0], hosts)


def _services(hosts: Mapping[str, Host], managers: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A manager that answers for its swarm, and the names of the services; nothing where no engine is in one."""
    for manager in managers:
        listed = hosts[manager].run(("docker", "service", "ls", "--format", "{{.Name}}"))
        if listed.ok:
            return manager, tuple(listed.text.split())
    return "", ()


def _service(manager: str, name: str, hosts: Mapping[str, Host]) -> Subject:
    result = docker(hosts[manager], "service", "inspect", "--format", _LABELS, name)
    own, of_tasks = (json.loads(line) or {} for line in result.stdout.splitlines() if line)
    return Subject(name, hosts, is_service=True, labels={**own, **of_tasks})


def _container(hosts: Mapping[str, Host], name: str) -> Subject | None:
    found = {}
    for node, host in hosts.items():
        result = host.run(("docker", "container", "inspect", "--format", "{{.Name}} {{json .Config.Labels}}", name))
        if result.ok:
            found[node] = result.stdout.decode().partition(" ")
    if len(found) > 1:
        raise HardenError(f"{name}: there is a container of that name on {', '.join(found)}", "name it by its id")
    for node, (real, _, labels) in found.items():
        return Subject(real.lstrip("/"), {node: hosts[node]}, is_service=False, labels=json.loads(labels) or {})
    return None


def docker(host: Host, *words: str, seconds: float = 300) -> Result:
    """Run the engine's client on a node.

    Raises:
        FailedError: it failed; with its own words.
    """
    result = host.run(("docker", *words), timeout=seconds)
    if not result.ok:
        raise FailedError(f"{host.node.name}: docker {words[0]}: {result.complaint}")
    return result
