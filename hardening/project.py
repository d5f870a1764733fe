"""Reads a project folder: `harden.yml`, the inventory, the stacks and the policies they name."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import DecodeError, Struct, json, structs

from . import dns, documents, stack
from .confine import library
from .errors import HardenError
from .model.dns import DnsSettings
from .model.facts import Facts
from .model.inventory import Inventory, LocalTransport, Node, NodeRole, SshTransport
from .model.project import EngineSettings, Project, SwarmSettings
from .model.stack import Stack

PROJECT_FILE = "harden.yml"
LOCAL = "local"
"""Source of the inventory that is this machine alone."""
BUILT_IN = frozenset({LOCAL, "lab"})
"""Sources of inventories whose machines are none of those that a project names."""
LOCK_FILE = "images.lock"
"""YAML, role -> image reference by digest; written by `harden images push`, read by the stack template."""


class _Ssh(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = ""
    port: int = 22
    user: str = "root"
    identity_file: str | None = None
    known_hosts_file: str | None = None
    sudo: bool | None = None


class _Machine(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    address: str
    role: NodeRole = NodeRole.WORKER
    labels: dict[str, str | int | bool] = {}
    ssh: _Ssh | None = None
    local: bool = False


class _InventoryFile(Struct, frozen=True, forbid_unknown_fields=True):
    nodes: tuple[_Machine, ...]


class _StackEntry(Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    variables: dict[str, object] = {}


class ProjectFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`harden.yml`. `store` is where audits are kept: a folder beside it, or a `mongodb://` address."""

    name: str
    stacks: dict[str, _StackEntry]
    inventory: str = "inventory.yml"
    profiles: str = "profiles"
    engine: EngineSettings = EngineSettings()
    swarm: SwarmSettings = SwarmSettings()
    allowed_ports: tuple[int, ...] = ()
    store: str = ""
    allowed_registries: tuple[str, ...] | None = None
    dns: DnsSettings | None = None
    links: dict[str, str] = {}
    """What the site publishes besides itself: name -> path, shown by `harden open`."""


class _RecordingOrigin(Struct, frozen=True):
    image: str = ""


class _Recorded(Struct, frozen=True):
    """Of a recording, what an audit wants of it; one of an older form names no image."""

    origin: _RecordingOrigin = _RecordingOrigin()


def read_settings(root: Path, nodes: tuple[str, ...] | None = None) -> ProjectFile:
    """`harden.yml` of a project folder; with the names of an inventory, what it says of nodes is checked too.

    Raises:
        HardenError: with file and line.
    """
    document = documents.read(root / PROJECT_FILE)
    settings = document.convert(ProjectFile)
    if settings.dns:
        dns.check(document, settings.dns, nodes)
    for index, network in enumerate(settings.swarm.address_pool):
        try:
            ipaddress.IPv4Network(network)
        except ValueError as error:
            raise document.error(("swarm", "address_pool", index), f"{error}; write it as 10.200.0.0/16") from None
    return settings


def read_inventory(path: Path) -> Inventory:
    """The machines of an inventory file.

    Raises:
        HardenError: with file and line.
    """
    document = documents.read(path)
    machines = document.convert(_InventoryFile).nodes
    if not machines:
        raise document.error(("nodes",), "an inventory needs at least one node")
    seen: dict[str, int] = {}
    for index, machine in enumerate(machines):
        _check_machine(document, index, machine, path.parent)
        for value in (machine.name, machine.address):
            if value in seen:
                raise document.error(("nodes", index), f"`{value}` is used by two nodes")
            seen[value] = index
    if all(machine.role is not NodeRole.MANAGER for machine in machines):
        raise document.error(("nodes",), "no node has `role: manager`; a swarm needs one, better three")
    nodes = tuple(_node(machine, path.parent) for machine in machines)
    return Inventory(nodes, str(path))


def local_inventory(machines: Inventory | None = None) -> Inventory:
    """This machine as a swarm of one, which carries every label: those of the reference stack, and of `machines`."""
    labels = {"mongo1": "true", "mongo2": "true", "mongo3": "true", "arbiter": "true", "api": "true", "edge": "true"}
    for node in machines.nodes if machines else ():
        labels |= node.labels
    return Inventory((Node("localhost", "127.0.0.1", NodeRole.MANAGER, labels, LocalTransport()),), LOCAL)


def load(
    root: Path,
    inventory: Inventory | None = None,
    lock: Path | None = None,
    variables: Mapping[str, object] | None = None,
) -> Project:
    """Read and check a whole project folder.

    Args:
        root: the folder with `harden.yml`.
        inventory: machines to use instead of the project's own inventory file.
        lock: image references to use instead of the project's own.
        variables: for every stack's template, over the project's own.

    Raises:
        HardenError: with file and line; nothing was changed.
    """
    settings = read_settings(root)
    machines = inventory or read_inventory(root / settings.inventory)
    names = tuple(node.name for node in machines.nodes)
    if machines.source not in BUILT_IN:
        read_settings(root, names)
    images = locked_images(lock or root / LOCK_FILE)
    rendered = _rendered(root, settings, machines, images, variables or {})
    roles = sorted({service.profile for each in rendered for service in each.services.values() if service.profile})
    profiles = {}
    for role in roles:
        policy = root / settings.profiles / role / "policy.yml"
        if not policy.is_file():
            users = [service.name for each in rendered for service in each.services.values() if service.profile == role]
            raise HardenError(
                f"{policy}: no such file, but {', '.join(users)} name the profile `{role}`",
                "write the policy (harden profile init SERVICE), or name one that exists: harden profile list",
            )
        profiles[role] = library.profile(root / settings.profiles, role)
    return Project(
        name=settings.name,
        root=str(root),
        inventory=machines,
        engine=settings.engine,
        swarm=settings.swarm,
        stacks=rendered,
        profiles=profiles,
        allowed_ports=settings.allowed_ports,
        dns=dns.of_project(settings.dns, root, names) if settings.dns else None,
    )


def with_expectations(facts: Facts, settings: ProjectFile, root: Path) -> Facts:
    """What was read of a cluster, beside what its project wants; what a facts file brings along stays.

    Raises:
        HardenError: a recording, or what else a role is made from, cannot be read.
    """
    profiles = root / settings.profiles
    changes = {
        "allowed_ports": settings.allowed_ports,
        "allowed_registries": settings.allowed_registries,
        "evidence": recorded_images(profiles),
        "roles": {role: library.summed_up(profiles, role) for role in library.roles(profiles)},
    }
    missing = {name: value for name, value in changes.items() if getattr(facts, name) is None}
    return structs.replace(facts, **missing)


def recorded_images(profiles: Path) -> dict[str, tuple[str, ...]]:
    """Role -> digests of the images that its recordings were made with.

    Raises:
        HardenError: a recording cannot be read, or is no JSON.
    """
    found: dict[str, tuple[str, ...]] = {}
    for file in sorted(profiles.glob("*/recordings/*.json")):
        try:
            image = json.decode(file.read_bytes(), type=_Recorded).origin.image
        except OSError as error:
            raise HardenError(f"{file}: cannot be read: {error.strerror}") from error
        except DecodeError as error:
            raise HardenError(f"{file}: is no recording: {error}", "record it anew, or remove it") from error
        role = file.parent.parent.name
        found[role] = (*found.get(role, ()), *((image,) if image else ()))
    return found


def stacks(root: Path, inventory: Inventory, lock: Path) -> tuple[Stack, ...]:
    """Only the stacks of a project, whether or not their profiles are there.

    Raises:
        HardenError: with file and line.
    """
    settings = documents.load(root / PROJECT_FILE, ProjectFile)
    return _rendered(root, settings, inventory, locked_images(lock), {})


def _rendered(
    root: Path, settings: ProjectFile, machines: Inventory, images: Mapping[str, str], variables: Mapping[str, object]
) -> tuple[Stack, ...]:
    return tuple(
        stack.render(name, root / entry.file, machines, images, {**entry.variables, **variables})
        for name, entry in settings.stacks.items()
    )


def locked_images(path: Path) -> Mapping[str, str]:
    """Role -> image reference by digest; empty when nothing was pushed yet."""
    return documents.load(path, dict[str, str]) if path.is_file() else {}


def _check_machine(document: documents.Document, index: int, machine: _Machine, folder: Path) -> None:
    position = ("nodes", index)
    try:
        ipaddress.ip_address(machine.address)
    except ValueError:
        raise document.error((*position, "address"), f"`{machine.address}` is not an IP address") from None
    if machine.local and machine.ssh:
        raise document.error((*position, "ssh"), "a node is either `local: true` or has `ssh:`")
    if machine.ssh and not 0 < machine.ssh.port < 1 << 16:
        raise document.error((*position, "ssh", "port"), f"{machine.ssh.port} is no TCP port")
    for key in ("identity_file", "known_hosts_file"):
        file = _beside(getattr(machine.ssh, key, None), folder)
        if file and not os.access(file, os.R_OK):
            fault = "cannot be read" if Path(file).exists() else "no such file"
            raise document.error((*position, "ssh", key), f"{file}: {fault}")


def _node(machine: _Machine, folder: Path) -> Node:
    labels = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in machine.labels.items()
    }
    if machine.local:
        return Node(machine.name, machine.address, machine.role, labels, LocalTransport())
    ssh = machine.ssh or _Ssh()
    transport = SshTransport(
        host=ssh.host or machine.address,
        port=ssh.port,
        user=ssh.user,
        identity_file=_beside(ssh.identity_file, folder),
        known_hosts_file=_beside(ssh.known_hosts_file, folder),
        sudo=ssh.user != "root" if ssh.sudo is None else ssh.sudo,
    )
    return Node(machine.name, machine.address, machine.role, labels, transport)


def _beside(path: str | None, folder: Path) -> str | None:
    return None if path is None else str(folder / Path(path).expanduser())
