"""Is every machine fit for what is asked? Looked at before anything is touched."""

import re
from collections.abc import Iterator

import msgspec

from hardening.errors import Exit, HardenError
from hardening.model.compose import ComposeFile
from hardening.model.facts import EngineFacts, Facts, NodeFacts
from hardening.model.inventory import Node
from hardening.model.known import Known, Unavailable
from hardening.model.project import AppArmor, Project

OLDEST_ENGINE = (20, 10)
"""Engines from here on let containers bind low ports without a capability and know Compose 3.9."""
OLDEST_PYTHON = (3, 9)
ENGINE_PROGRAMS = frozenset({"dockerd", "docker-proxy"})
"""A port they hold is one that a running stack publishes."""
FREE_DISK = 2 << 30
"""Bytes the engine's storage should have left: the three images and their unpacked copies, twice."""


def check(project: Project, facts: Facts) -> dict[str, NodeFacts]:
    """The facts of every node, all readable and fit.

    Raises:
        HardenError: names every problem of every node; exit code 3 when one could not be reached.
    """
    machines: dict[str, NodeFacts] = {}
    problems: list[str] = []
    unreachable = False
    for node in project.inventory.nodes:
        match facts.nodes.get(node.name, Unavailable("was not read")):
            case Unavailable(reason=reason):
                unreachable = True
                problems.append(reason if reason.startswith(f"{node.name}:") else f"{node.name}: {reason}")
            case Known(value=machine):
                machines[node.name] = machine
                problems += (f"{node.name}: {problem}" for problem in _problems(project, node, machine))
    if not problems:
        problems += _cluster_problems(project, machines)
    if problems:
        raise HardenError(
            "nothing was changed, because:\n" + "\n".join(f"  - {problem}" for problem in problems),
            exit_code=Exit.UNREACHABLE if unreachable else Exit.BAD_INPUT,
        )
    return machines


def _problems(project: Project, node: Node, machine: NodeFacts) -> Iterator[str]:
    if _version(machine.python) < OLDEST_PYTHON:
        yield f"Python {machine.python} is too old; nodes need 3.9 or later"
    if machine.architecture != "x86_64":
        yield f"architecture {machine.architecture} is not supported; the seccomp profiles are for x86_64"
    match machine.engine:
        case Unavailable(reason=reason):
            yield f"the Docker engine could not be read: {reason}"
        case Known(value=engine):
            yield from _engine_problems(project, engine)
    yield from _apparmor_problems(project, machine)
    leader = project.inventory.managers[0].name
    if node.name == leader and not machine.programs.get("docker"):
        yield "the docker command line is missing (apt-get install docker-cli); the leading manager needs it"
    yield from _port_problems(project, node, machine)
    yield from _dns_problems(project, node, machine)


def _apparmor_problems(project: Project, machine: NodeFacts) -> Iterator[str]:
    single = len(project.inventory.nodes) == 1
    if project.engine.apparmor is AppArmor.WHEN_THERE and single and not machine.has_apparmor:
        return  # the plan says what is lacking
    without = "; a single engine goes on without it where harden.yml has `engine: {apparmor: when-there}`"
    match machine.lsm:
        case Known(value=modules) if "apparmor" not in modules:
            yield (
                "AppArmor is not active in its kernel (boot with apparmor=1 security=apparmor)"
                f"{without if single else ''}"
            )
        case Unavailable(reason=reason):
            yield f"its security modules could not be read: {reason}{without if single else ''}"
    if not machine.programs.get("apparmor_parser"):
        yield "apparmor_parser is missing (apt-get install apparmor)"


def _engine_problems(project: Project, engine: EngineFacts) -> Iterator[str]:
    version = engine.info.server_version
    if _version(version) < OLDEST_ENGINE:
        yield f"engine {version} is too old; 20.10 or later is needed"
    remapped = any("name=userns" in option for option in engine.info.security_options or ())
    if project.engine.userns_remap and not remapped and engine.info.swarm.local_node_state == "active":
        yield (
            "is in a swarm already without userns-remap, and switching it on moves the engine's state away; "
            "leave the swarm first (docker swarm leave), or set `engine: {userns_remap: false}` in harden.yml"
        )
    if engine.info.swarm.local_node_state == "locked":
        yield "its swarm is locked since the engine's restart; run: harden unlock"
    if engine.info.driver in {"overlayfs", "stargz"} and project.engine.userns_remap:
        yield "the containerd image store does not work with userns-remap; switch it off in daemon.json"


def _port_problems(project: Project, node: Node, machine: NodeFacts) -> Iterator[str]:
    listeners = machine.listeners.value if isinstance(machine.listeners, Known) else ()
    taken = {
        listener.port: listener.program
        for listener in listeners
        if listener.protocol.startswith("tcp") and not ENGINE_PROGRAMS & set(listener.program.split(","))
    }
    for port in sorted(_published(project) & taken.keys()):
        yield f"port {port} is taken by {taken[port] or 'another program'} on {node.name}"


def _dns_problems(project: Project, node: Node, machine: NodeFacts) -> Iterator[str]:
    if project.dns is None or node.name not in project.dns.nodes:
        return
    if isinstance(project.dns.credentials, Unavailable):
        yield f"`dns:` of harden.yml: {project.dns.credentials.reason}; write it with: harden dns login"
    if not machine.programs.get("systemctl"):
        yield "has no systemd to keep host names at its address; run `harden dns update` there instead"


def _published(project: Project) -> set[int]:
    ports: set[int] = set()
    for stack in project.stacks:
        compose = msgspec.json.decode(stack.document, type=ComposeFile)
        for service in compose.services.values():
            for port in service.ports:
                published = port.published if not isinstance(port, str | int) else str(port).split(":")[-2:][0]
                if str(published).isdigit():
                    ports.add(int(published))
    return ports


def _cluster_problems(project: Project, machines: dict[str, NodeFacts]) -> Iterator[str]:
    named: dict[str, str] = {}
    for name, machine in machines.items():
        first = named.setdefault(machine.hostname, name)
        if first != name:
            yield f"{first} and {name} both answer as `{machine.hostname}`; each entry needs a machine of its own"
    for name, machine in machines.items():
        disks = [disk for disk in machine.disks if disk.free < FREE_DISK and _holds_engine(machine, disk.path)]
        for disk in disks:
            yield f"{name}: {disk.mount_point} has {disk.free >> 20} MiB left; the engine needs {FREE_DISK >> 20}"
    members = {
        name: engine.value.info.swarm.node_id
        for name, machine in machines.items()
        if isinstance(engine := machine.engine, Known) and engine.value.info.swarm.local_node_state == "active"
    }
    leader = project.inventory.managers[0].name
    if members and leader not in members:
        yield (
            f"{', '.join(sorted(members))} belong to a swarm of which {leader}, the first manager of the inventory, "
            "is no part; put a manager of that swarm first, or let them leave it"
        )
    elif members:
        yield from _foreigners(leader, machines[leader], members)


def _foreigners(leader: str, machine: NodeFacts, members: dict[str, str]) -> Iterator[str]:
    match machine.swarm:
        case Unavailable(reason=reason):
            yield f"{leader}: its swarm could not be read: {reason}"
        case Known(value=swarm):
            ours = {node.id for node in swarm.nodes}
            for name, node_id in members.items():
                if node_id not in ours:
                    yield f"{name} is in another swarm than {leader}; let it leave that one first (docker swarm leave)"


def _holds_engine(machine: NodeFacts, path: str) -> bool:
    engine = machine.engine
    return isinstance(engine, Known) and path.startswith(engine.value.info.docker_root_dir)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])
