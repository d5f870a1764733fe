"""Is every task confined as the project says? By the kernel's word, for every process of every task. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from .model.facts import ContainerFacts, Facts, NodeFacts, ProcessFacts, SwarmFacts
from .model.known import Known, Unavailable
from .model.policy import Egress, RoleProfile
from .model.project import AppArmor, Project
from .model.stack import PROFILE_HASH_LABEL, STACK_LABEL, StackService
from .model.swarm import Service

SECCOMP_FILTER = 2
"""The kernel's number for "filter" in `/proc/<pid>/status`, Seccomp."""
RUNTIME_STAGE = "runc:["
"""How runc names its own process inside a container until it becomes the container's (an `exec` about to start). Any
process may call itself so: see `starting`."""


def mismatches(project: Project, facts: Facts) -> list[str]:
    """One line per process, container or service that is not as it should be; empty when all are.

    What a single engine's kernel lacks, and the project goes on without, is none: see `lacking`.
    """
    return [line for lines in by_service(project, facts).values() for line in lines]


def by_service(project: Project, facts: Facts) -> dict[str, list[str]]:
    """`mismatches` by the swarm's name of the service; those of none stand under the empty name.

    A service of the project with no container to look at is a mismatch too, and so is a task whose container was not
    seen: nothing seen is nothing confirmed. Processes that `starting` names are left out.
    """
    match facts.swarm:
        case Unavailable(reason=reason):
            return {"": [f"the swarm could not be read: {reason}"]}
        case Known(value=swarm):
            wrong = {
                wanted.name: list(_of_service(project, facts, swarm, wanted))
                for stack in project.stacks
                for wanted in stack.services.values()
                if wanted.profile
            }
    return {**wrong, "": [*_unread(facts), *_strangers(project, facts)]}


def lacking(project: Project, facts: Facts) -> list[str]:
    """What confinement does not rest on here although it could, in words; of a cluster, nothing.

    Only where the project says that it goes on without.
    """
    lines = []
    for name, node in facts.nodes.items():
        if isinstance(node, Known) and _goes_without_apparmor(project, node.value):
            why = "its kernel has no AppArmor"
            if isinstance(node.value.lsm, Unavailable):
                why = f"its kernel's security modules cannot be read ({node.value.lsm.reason})"
            lines.append(
                f"{name}: {why}: which files, sockets and capabilities a task may use is limited by its user, its "
                "read-only root and its seccomp filter alone"
            )
    if not project.engine.userns_remap:
        lines.append("root inside of a container is root outside: `userns_remap` is off")
    return lines


def _goes_without_apparmor(project: Project, machine: NodeFacts) -> bool:
    return project.engine.apparmor is AppArmor.WHEN_THERE and not machine.has_apparmor


def _of_service(project: Project, facts: Facts, swarm: SwarmFacts, wanted: StackService) -> Iterator[str]:
    profile = project.profiles[wanted.profile]
    service = next((each for each in swarm.services if each.spec.name == wanted.name), None)
    if service is None:
        yield f"{wanted.name}: the swarm does not know this service"
    seen = set()
    for node, machine, container in _containers(facts):
        if container.service != wanted.name:
            continue
        seen.add(container.inspect.id)
        expected = _Expected(
            profile, project.engine.userns_remap, apparmor=not _goes_without_apparmor(project, machine)
        )
        for complaint in _of_container(container, service, expected):
            yield f"{node}: {wanted.name} ({container.inspect.id[:12]}): {complaint}"
    if not seen:
        yield f"{wanted.name}: no running container was found on any node"
    for missed in sorted(_of_running_tasks(swarm, service) - seen):
        yield f"{wanted.name}: the container {missed[:12]} of a running task was seen on no node"


def starting(project: Project, facts: Facts) -> frozenset[tuple[str, int]]:
    """(node, pid) of processes that are, by their own name, runc on its way into a container of the project.

    It is not confined yet, and gone in a moment. One that is still there when facts are read again is no runtime.
    """
    ours = {service.name for stack in project.stacks for service in stack.services.values() if service.profile}
    return frozenset(
        (node, process.pid)
        for node, _, container in _containers(facts)
        if container.service in ours and isinstance(container.processes, Known)
        for process in container.processes.value
        if process.command.startswith(RUNTIME_STAGE)
    )


def _of_running_tasks(swarm: SwarmFacts, service: Service | None) -> set[str]:
    return {
        task.status.container_status.container_id
        for task in swarm.tasks
        if service and task.service_id == service.id
        if task.status.state == "running" and task.desired_state == "running" and task.status.container_status
    }


def _unread(facts: Facts) -> Iterator[str]:
    """Nodes whose containers were not seen: whatever runs there is not confirmed."""
    for name, node in facts.nodes.items():
        engine = node.value.engine if isinstance(node, Known) else node
        containers = engine.value.containers if isinstance(engine, Known) else engine
        if isinstance(containers, Unavailable):
            yield f"{name}: its containers could not be read: {containers.reason}"


def _containers(facts: Facts) -> Iterator[tuple[str, NodeFacts, ContainerFacts]]:
    for name, node in facts.nodes.items():
        if isinstance(node, Known) and isinstance(node.value.engine, Known):
            containers = node.value.engine.value.containers
            for container in containers.value if isinstance(containers, Known) else ():
                yield name, node.value, container


class _Expected(Struct, frozen=True):
    """What the processes of a service should be confined by on one node."""

    profile: RoleProfile
    remapped: bool
    apparmor: bool


def _of_container(container: ContainerFacts, service: Service | None, expected: _Expected) -> Iterator[str]:
    spec = service.spec.task_template.container_spec if service else None
    labels = container.inspect.config.labels or {}
    if labels.get(PROFILE_HASH_LABEL) != expected.profile.hash:
        yield "was started under another version of its profile"
    match container.root_read_only:
        case Unavailable(reason=reason):
            yield f"its root file system could not be looked at: {reason}"
        case Known(value=False) if spec and spec.read_only:
            yield "its root file system is writable"
    yield from _of_fence(container, expected.profile)
    match container.processes:
        case Unavailable(reason=reason):
            yield f"its processes could not be read: {reason}"
        case Known(value=()):
            yield "it has no process to look at"
        case Known(value=processes):
            capless = bool(spec and "ALL" in _names(spec.capability_drop) and not spec.capability_add)
            for process in processes:
                if process.command.startswith(RUNTIME_STAGE):
                    continue
                for complaint in _of_process(process, expected, capless=capless):
                    yield f"process {process.pid} ({process.command}): {complaint}"


def _of_fence(container: ContainerFacts, profile: RoleProfile) -> Iterator[str]:
    match container.fence:
        case _ if profile.egress is not Egress.NONE:
            return
        case Unavailable(reason=reason):
            yield f"whether it is kept within its networks could not be read: {reason}"
        case Known(value=lacking) if lacking:
            yield f"it is not kept within its networks: {lacking}"


def _of_process(process: ProcessFacts, expected: _Expected, *, capless: bool) -> Iterator[str]:
    wanted = f"{expected.profile.apparmor_name} (enforce)"
    match process.apparmor:
        case Unavailable(reason=reason) if expected.apparmor:
            yield f"its AppArmor label could not be read: {reason}"
        case Known(value=label) if expected.apparmor and label != wanted:
            yield f"AppArmor label is `{label}`, not `{wanted}`"
        case _:
            pass
    if process.seccomp != SECCOMP_FILTER:
        yield "no seccomp filter is on"
    if expected.profile.no_new_privileges and not process.no_new_privileges:
        yield "NoNewPrivs is off"
    sets = (
        process.cap_effective | process.cap_permitted | process.cap_inheritable | process.cap_bounding
        | process.cap_ambient
    )  # fmt: skip
    if capless and sets:
        yield f"has capabilities ({sets:016x}) although all were dropped"
    if expected.remapped and any(inside == 0 and outside == 0 for inside, outside, _ in process.uid_map):
        yield "root inside is root outside: its user namespace is the host's"


def _names(capabilities: tuple[str, ...] | None) -> set[str]:
    return {name.upper().removeprefix("CAP_") for name in capabilities or ()}


def _strangers(project: Project, facts: Facts) -> Iterator[str]:
    """Containers of a stack of ours that belong to no service the stack names."""
    ours = {stack.name: {service.name for service in stack.services.values()} for stack in project.stacks}
    for node, _, container in _containers(facts):
        namespace = (container.inspect.config.labels or {}).get(STACK_LABEL, "")
        if namespace in ours and container.service not in ours[namespace]:
            yield f"{node}: {container.inspect.name} carries the stack's label {namespace} and is no service of it"
