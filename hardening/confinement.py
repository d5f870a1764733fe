"""Is every task confined as the project says? By the kernel's word, for every process of every task. Pure."""

from collections.abc import Iterator

from .model.facts import ContainerFacts, Facts, ProcessFacts, SwarmFacts
from .model.known import Known, Unavailable
from .model.policy import RoleProfile
from .model.project import Project
from .model.stack import PROFILE_HASH_LABEL, STACK_LABEL
from .model.swarm import Service

SECCOMP_FILTER = 2
"""The kernel's number for "filter" in `/proc/<pid>/status`, Seccomp."""
RUNTIME_STAGE = "runc:["
"""How runc names its own process inside a container until it becomes the container's (an `exec` about to start). Any
process may call itself so: see `starting`."""


def mismatches(project: Project, facts: Facts) -> list[str]:
    """One line per process, container or service that is not as it should be; empty when all are.

    A service of the project with no container to look at is a mismatch too, and so is a task whose container was not
    seen: nothing seen is nothing confirmed. Processes that `starting` names are left out.
    """
    wrong = []
    match facts.swarm:
        case Unavailable(reason=reason):
            return [f"the swarm could not be read: {reason}"]
        case Known(value=swarm):
            services = {service.spec.name: service for service in swarm.services}
    for stack in project.stacks:
        for wanted in stack.services.values():
            if not wanted.profile:
                continue
            profile = project.profiles[wanted.profile]
            seen = set()
            for node, container in _containers(facts):
                if container.service == wanted.name:
                    seen.add(container.inspect.id)
                    where = f"{node}: {wanted.name} ({container.inspect.id[:12]})"
                    remapped = project.engine.userns_remap
                    complaints = _of_container(container, services[wanted.name], profile, remapped=remapped)
                    wrong += [f"{where}: {complaint}" for complaint in complaints]
            if not seen:
                wrong.append(f"{wanted.name}: no running container was found on any node")
            wrong += [
                f"{wanted.name}: the container {missed[:12]} of a running task was seen on no node"
                for missed in sorted(_of_running_tasks(swarm, services.get(wanted.name)) - seen)
            ]
    return [*wrong, *_unread(facts), *_strangers(project, facts)]


def starting(project: Project, facts: Facts) -> frozenset[tuple[str, int]]:
    """(node, pid) of processes that are, by their own name, runc on its way into a container of the project.

    It is not confined yet, and gone in a moment. One that is still there when facts are read again is no runtime.
    """
    ours = {service.name for stack in project.stacks for service in stack.services.values() if service.profile}
    return frozenset(
        (node, process.pid)
        for node, container in _containers(facts)
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


def _containers(facts: Facts) -> Iterator[tuple[str, ContainerFacts]]:
    for name, node in facts.nodes.items():
        if isinstance(node, Known) and isinstance(node.value.engine, Known):
            containers = node.value.engine.value.containers
            for container in containers.value if isinstance(containers, Known) else ():
                yield name, container


def _of_container(
    container: ContainerFacts, service: Service, profile: RoleProfile, *, remapped: bool
) -> Iterator[str]:
    spec = service.spec.task_template.container_spec
    labels = container.inspect.config.labels or {}
    if labels.get(PROFILE_HASH_LABEL) != profile.hash:
        yield "was started under another version of its profile"
    match container.root_read_only:
        case Unavailable(reason=reason):
            yield f"its root file system could not be looked at: {reason}"
        case Known(value=False) if spec and spec.read_only:
            yield "its root file system is writable"
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
                for complaint in _of_process(process, profile, remapped=remapped, capless=capless):
                    yield f"process {process.pid} ({process.command}): {complaint}"


def _of_process(process: ProcessFacts, profile: RoleProfile, *, remapped: bool, capless: bool) -> Iterator[str]:
    wanted = f"{profile.apparmor_name} (enforce)"
    match process.apparmor:
        case Unavailable(reason=reason):
            yield f"its AppArmor label could not be read: {reason}"
        case Known(value=label) if label != wanted:
            yield f"AppArmor label is `{label}`, not `{wanted}`"
    if process.seccomp != SECCOMP_FILTER:
        yield "no seccomp filter is on"
    if profile.no_new_privileges and not process.no_new_privileges:
        yield "NoNewPrivs is off"
    sets = (
        process.cap_effective | process.cap_permitted | process.cap_inheritable | process.cap_bounding
        | process.cap_ambient
    )  # fmt: skip
    if capless and sets:
        yield f"has capabilities ({sets:016x}) although all were dropped"
    if remapped and any(inside == 0 and outside == 0 for inside, outside, _ in process.uid_map):
        yield "root inside is root outside: its user namespace is the host's"


def _names(capabilities: tuple[str, ...] | None) -> set[str]:
    return {name.upper().removeprefix("CAP_") for name in capabilities or ()}


def _strangers(project: Project, facts: Facts) -> Iterator[str]:
    """Containers of a stack of ours that belong to no service the stack names."""
    ours = {stack.name: {service.name for service in stack.services.values()} for stack in project.stacks}
    for node, container in _containers(facts):
        namespace = (container.inspect.config.labels or {}).get(STACK_LABEL, "")
        if namespace in ours and container.service not in ours[namespace]:
            yield f"{node}: {container.inspect.name} carries the stack's label {namespace} and is no service of it"
