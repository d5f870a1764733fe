"""What of a cluster can be tried: its confined services where they run, and what must not be reached from them."""

import re
from collections.abc import Iterator, Sequence

from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.hosts.engine import engine
from hardening.model.drill import Probe
from hardening.model.facts import ContainerFacts, Facts, NodeFacts
from hardening.model.known import Known, Unavailable
from hardening.model.project import AppArmor, Project
from hardening.model.stack import StackService

from .catalogue import reaching
from .run import Subject
from .verdict import DATABASE

INIT_PROGRAMS = frozenset({"/sbin/docker-init", "/dev/init"})
"""What the engine puts before a service's program when it is asked for an init process."""
BRIDGE = "docker_gwbridge"
Reach = tuple[Probe, str, str]
"""A probe of the network, and what the program is told of it: option and target."""
_ADDRESS = re.compile(r"\binet (?P<address>[0-9.]+)/")


def subjects(project: Project, facts: Facts, hosts: dict[str, Host], wanted: Sequence[str]) -> Iterator[Subject]:
    """Every confined service of the project, or those that are named, once each.

    Raises:
        HardenError: a name is of none, or one runs nowhere that could be read.
    """
    services = {service.name: service for stack in project.stacks for service in stack.services.values()}
    short = {key: service.name for stack in project.stacks for key, service in stack.services.items()}
    names = [short.get(name, name) for name in wanted] or [name for name, each in services.items() if each.profile]
    for name in names:
        if name not in services:
            raise HardenError(f"there is no service `{name}`", f"services are: {', '.join(sorted(services))}")
    guarded = tuple(_databases(project, hosts))
    for name in names:
        yield _subject(project, services[name], facts, hosts, guarded)


def _subject(
    project: Project,
    service: StackService,
    facts: Facts,
    hosts: dict[str, Host],
    guarded: tuple[Reach, ...],
) -> Subject:
    node, machine, container = _place(facts, service.name)
    profile = project.profiles.get(service.profile)
    without = project.engine.apparmor is AppArmor.WHEN_THERE and not machine.has_apparmor
    return Subject(
        service=service.name,
        role=service.profile,
        entry=_entry(service.name, container),
        node=node,
        node_id=_node_id(machine),
        seccomp=profile.seccomp if profile else "",
        apparmor=profile.apparmor_name if profile and not without else "",
        reaches=(*guarded, *_node_doors(hosts[node], project)),
    )


def _place(facts: Facts, service: str) -> tuple[str, NodeFacts, ContainerFacts]:
    for name, node in facts.nodes.items():
        if not isinstance(node, Known) or not isinstance(node.value.engine, Known):
            continue
        containers = node.value.engine.value.containers
        for container in containers.value if isinstance(containers, Known) else ():
            if container.service == service:
                return name, node.value, container
    raise HardenError(f"{service}: runs on no node that could be read", "see: harden status")


def _entry(service: str, container: ContainerFacts) -> str:
    match container.processes:
        case Known(value=processes):
            programs = [each.executable for each in processes if each.executable not in INIT_PROGRAMS]
            if programs and programs[0].startswith("/"):
                return programs[0]
            raise HardenError(f"{service}: the kernel did not tell which program it runs")
        case Unavailable(reason=reason):
            raise HardenError(f"{service}: its processes could not be read: {reason}")


def _node_id(machine: NodeFacts) -> str:
    match machine.engine:
        case Known(value=running):
            return running.info.swarm.node_id
        case Unavailable(reason=reason):
            raise HardenError(f"{machine.hostname}: its engine could not be read: {reason}")


def _databases(project: Project, hosts: dict[str, Host]) -> Iterator[Reach]:
    """Each member of each replica set, at the addresses that its task has."""
    with engine(hosts[project.inventory.managers[0].name]) as leading:
        for stack in project.stacks:
            for replica_set in stack.replica_sets.values():
                for member in replica_set.members:
                    for address in leading.task_addresses(stack.services[member].name):
                        probe = reaching(f"{DATABASE}{member}", f"read {member} without a login")
                        yield probe, "--database", f"{address}:{replica_set.port}"


def _node_doors(host: Host, project: Project) -> Iterator[Reach]:
    """What listens on the container's own machine and on the manager."""
    manager = f"{project.inventory.managers[0].address}:2377"
    yield reaching("manager", "reach the swarm's manager"), "--reach", manager
    shown = host.run(("ip", "-4", "-o", "address", "show", BRIDGE))
    if shown.ok and (match := _ADDRESS.search(shown.text)):
        yield reaching("node-ssh", "reach its machine's SSH server"), "--reach", f"{match['address']}:22"
