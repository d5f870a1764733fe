"""Is a task's container what its service asked for?"""

import posixpath
from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Place,
    Severity,
    Unavailable,
    all_of,
    failed,
    given,
    not_applicable,
    per_container,
    unknown,
)
from hardening.model.engine import Inspect, Mount
from hardening.model.facts import ContainerFacts
from hardening.model.swarm import ContainerSpec, Limits, ServiceMount, Task, TaskTemplate

EXPECTED = "what the service asks for"
MOUNTED = frozenset({"bind", "volume"})
"""Kinds of mounts that an engine lists for a container; tmpfs and cluster volumes have other ways."""

NODE_S_OWN = frozenset({"bridge", "host", "none"})
SWARM_S_OWN = frozenset({"ingress", "docker_gwbridge"})
"""What a task joins for its published ports and its way out."""


def judge(place: Place) -> Answer:
    """The swarm's definition, the engine's record and the kernel's mount table have to agree."""
    service = place.container.service
    if place.task is None and service:
        return failed(f"no task of {service}, though it is labelled as a container of it", EXPECTED)
    if place.task is None:
        return not_applicable("it is no task of a service")
    return given(place.task, lambda task: _judge(place.container, task))


def _judge(container: ContainerFacts, task: Task) -> Answer:
    spec = task.spec.container_spec
    if spec is None:
        return unknown("the swarm does not tell its container settings")
    limits = task.spec.resources.limits if task.spec.resources and task.spec.resources.limits else Limits()
    return all_of(
        [
            _identity(container.inspect, task),
            *_settings(container, spec),
            *_limits(container, limits),
            *_surroundings(container.inspect, spec, task.spec),
            _privileges(container, spec),
        ],
        fine="image, user, root, capabilities, limits, mounts, variables and networks are as asked for",
        expected=EXPECTED,
    )


def _identity(inspect: Inspect, task: Task) -> str | Unavailable | None:
    """A task has one container; anybody who may start another can give it the same labels."""
    known = task.status.container_status.container_id if task.status.container_status else ""
    if not known:
        return Unavailable(f"the swarm does not tell the container of its task {task.id}")
    return None if known == inspect.id else f"another container than that of the task, {known[:12]}"


def _settings(container: ContainerFacts, spec: ContainerSpec) -> Iterator[str | Unavailable | None]:
    inspect = container.inspect
    yield _differs("image", spec.image, inspect.config.image)
    yield _differs("user", spec.user, inspect.config.user) if spec.user else None
    yield _differs("added capabilities", _caps(spec.capability_add), _caps(inspect.host_config.cap_add))
    yield _differs("kernel parameters", _pairs(spec.sysctls), _pairs(inspect.host_config.sysctls))
    yield _differs("dropped capabilities", _caps(spec.capability_drop), _caps(inspect.host_config.cap_drop))
    match container.root_read_only:
        case Known(value=read_only):
            yield _differs("root", _access(spec.read_only), _access(read_only))
        case Unavailable() as gap:
            yield gap


def _limits(container: ContainerFacts, limits: Limits) -> Iterator[str | None]:
    host = container.inspect.host_config
    yield _differs("memory limit", limits.memory_bytes, host.memory)
    yield _differs("CPU limit", limits.nano_cpus, host.nano_cpus)
    yield _differs("CPU weight", 0, host.cpu_shares)  # a swarm gives neither of these two
    yield _differs("CPU quota", 0, host.cpu_quota)
    yield _differs("process limit", limits.pids, max(host.pids_limit or 0, 0))


def _surroundings(inspect: Inspect, spec: ContainerSpec, task: TaskTemplate) -> Iterator[str | None]:
    """Mounts, variables, networks, and who starts it again.

    The image brings volumes and variables of its own, the swarm its ingress network: what nobody asked for counts among
    bind mounts and other networks only, which come from neither. The node's own networks go by another id in the swarm.
    """
    found = {mount.destination: mount for mount in inspect.mounts}
    asked = {mount.target: mount for mount in spec.mounts or ()}
    for target, mount in asked.items():
        there = found.get(target)
        if mount.type in MOUNTED:
            yield f"mount {target}: asked for, missing" if there is None else None
            yield f"mount {target}: asked read-only, found writable" if there and mount.read_only and there.rw else None
            yield _differs(f"mount {target}", _origin(mount), _origin(there)) if there else None
    for target, there in found.items():
        yield f"mount {target}: nobody asked for it" if there.type == "bind" and target not in asked else None
    lost = sorted(set(spec.env or ()) - set(inspect.config.env or ()))
    yield f"variables missing: {', '.join(lost)}" if lost else None
    joined = inspect.network_settings.networks or {}
    known = {*joined, *(each.network_id for each in joined.values())}
    targets = {str(wanted.get("Target", "")) for wanted in task.networks or ()}
    for target in () if joined.keys() & NODE_S_OWN else sorted(targets):
        yield f"network {target[:12]}: asked for, not joined" if target not in known else None
    for name, place in joined.items():
        is_asked = bool({name, place.network_id} & targets) or name in SWARM_S_OWN
        is_own = name in NODE_S_OWN and (not targets or not targets <= known)
        yield None if is_asked or is_own else f"network {name}: nobody asked for it"
    again = inspect.host_config.restart_policy
    yield f"the engine itself starts it again: {again.name}" if again and again.name not in {"", "no"} else None


def _privileges(container: ContainerFacts, spec: ContainerSpec) -> str | Unavailable | None:
    """The kernel's word on a bit that the definition asks for."""
    if not spec.privileges or not spec.privileges.no_new_privileges:
        return None
    if isinstance(container.processes, Unavailable):
        return container.processes
    loose = [process.command for process in container.processes.value if not process.no_new_privileges]
    return f"asked for no new privileges, {', '.join(loose)} may gain some" if loose else None


def _origin(mount: Mount | ServiceMount) -> str:
    """What a mount shows; where a volume is, the swarm does not say."""
    return posixpath.normpath(mount.source) if mount.type == "bind" else f"a {mount.type}"


def _access(read_only: bool) -> str:
    return "read-only" if read_only else "writable"


def _caps(names: tuple[str, ...] | None) -> str:
    return ", ".join(sorted(name.upper().removeprefix("CAP_") for name in names or ()))


def _pairs(values: dict[str, str] | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted((values or {}).items()))


def _differs(what: str, asked: object, found: object) -> str | None:
    return None if asked == found else f"{what}: asked {asked or 'none'}, found {found or 'none'}"


CHECK = Check(
    id="swarm-container-drift",
    title="Every task's container is what its service asked for",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="Between what the stack says and what runs stand three programs; only a comparison shows what was lost "
    "on the way, or changed by hand.",
    remediation="`docker service update --force SERVICE`; if it comes back, look at the engine's version and runtime.",
    evaluate=per_container(judge),
)
