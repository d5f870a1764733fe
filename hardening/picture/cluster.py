"""Nodes, services, sets and networks, as far as facts tell them."""

from collections.abc import Iterable, Iterator

from hardening.checks.mongo_answers import configuration, members_of, replica_sets, status, whole
from hardening.checks.places import Place, containers
from hardening.checks.policy import read_policy
from hardening.checks.subjects import no_swarm
from hardening.checks.swarm_networks import targets
from hardening.model.facts import Facts, MongoMember, NodeFacts, SwarmFacts
from hardening.model.known import Known, Unavailable, known
from hardening.model.picture import (
    ClusterPicture,
    MemberPicture,
    NetworkPicture,
    NodePicture,
    ServicePicture,
    SetPicture,
    TaskPicture,
)
from hardening.model.swarm import Service, SwarmNode, Task

from . import layers


def draw(facts: Facts) -> ClusterPicture:
    """The picture of a cluster; what could not be read is in it as a gap."""
    swarm = known(facts.swarm)
    gap = "" if swarm or no_swarm(facts) else _reason(facts.swarm)
    return ClusterPicture(
        nodes=tuple(_nodes(facts, swarm)),
        services=tuple(_services(facts, swarm)),
        sets=tuple(_set(name, members) for name, members in replica_sets(facts.mongo).items()),
        networks=tuple(_networks(swarm)) if swarm else (),
        gap=gap,
    )


def _reason(fact: Known[SwarmFacts] | Unavailable) -> str:
    return fact.reason if isinstance(fact, Unavailable) else ""


# --- nodes ----------------------------------------------------------------------------------------------------------


def _nodes(facts: Facts, swarm: SwarmFacts | None) -> Iterator[NodePicture]:
    """The inventory's, then those that only the swarm knows."""
    members = {member.id: member for member in swarm.nodes} if swarm else {}
    names = _names(facts, swarm)
    for name, node in facts.nodes.items():
        member = next((each for each in members.values() if names[each.id] == name), None)
        machine = known(node)
        yield _node(name, member, machine, node.reason if isinstance(node, Unavailable) else "")
    for member in members.values():
        if names[member.id] not in facts.nodes:
            yield _node(names[member.id], member, None, "is not in the inventory")


def _node(name: str, member: SwarmNode | None, machine: NodeFacts | None, unread: str) -> NodePicture:
    engine = known(machine.engine) if machine else None
    return NodePicture(
        name=name,
        role=member.spec.role if member else "",
        leader=bool(member and member.manager_status and member.manager_status.leader),
        state=member.status.state if member else "",
        availability=member.spec.availability if member else "",
        unread=unread,
        engine=engine.info.server_version if engine else "",
        kernel=machine.kernel if machine else "",
        system=machine.os_name if machine else "",
    )


def _names(facts: Facts, swarm: SwarmFacts | None) -> dict[str, str]:
    """Swarm's id of a node -> its name in the inventory; an unread one is recognised by its host name."""
    named = {}
    for name, node in facts.nodes.items():
        match node:
            case Known(value=NodeFacts(engine=Known(value=engine))) if engine.info.swarm.node_id:
                named[engine.info.swarm.node_id] = name
            case _:
                pass
    return {each.id: named.get(each.id, each.description.hostname) for each in (swarm.nodes if swarm else ())}


# --- services -------------------------------------------------------------------------------------------------------


def _services(facts: Facts, swarm: SwarmFacts | None) -> Iterator[ServicePicture]:
    """The swarm's, then those whose containers run though the swarm tells nothing of them, then plain containers."""
    found: dict[str, list[Place]] = {}
    for place in containers(facts):
        found.setdefault(place.container.service or place.subject, []).append(place)
    if swarm:
        lost = _unseen(facts, swarm)
        for service in sorted(swarm.services, key=lambda each: each.spec.name):
            places = found.pop(service.spec.name, [])
            tasks = (*map(_task, places), *lost.get(service.id, ()))
            yield ServicePicture(
                service.spec.name,
                _profile(places),
                tuple(sorted(tasks, key=lambda task: (task.name, task.node))),
                tuple(sorted(_joined(service, swarm))),
                tuple(_ports(service)),
            )
    for name, places in sorted(found.items()):
        plain = not places[0].container.service
        yield ServicePicture(name, _profile(places), tuple(map(_task, places)), plain=plain)


def _task(place: Place) -> TaskPicture:
    processes = known(place.container.processes) or ()
    return TaskPicture(place.subject, place.node, len(processes), layers.of(place.container, place.machine))


def _unseen(facts: Facts, swarm: SwarmFacts) -> dict[str, list[TaskPicture]]:
    """Service id -> tasks that should run and whose container no node showed."""
    seen = {place.container.inspect.id for place in containers(facts)}
    names = _names(facts, swarm)
    services = {service.id: service.spec.name for service in swarm.services}
    lost: dict[str, list[TaskPicture]] = {}
    for task in swarm.tasks:
        container = task.status.container_status.container_id if task.status.container_status else ""
        if task.desired_state != "running" or container in seen or task.service_id not in services:
            continue
        name = services[task.service_id]
        subject = f"{name}.{task.slot}" if task.slot else name
        node = names.get(task.node_id, "")
        drawn = TaskPicture(subject, node, 0, layers.unread(_why_unseen(task, facts, node)))
        lost.setdefault(task.service_id, []).append(drawn)
    return lost


def _why_unseen(task: Task, facts: Facts, node: str) -> str:
    match facts.nodes.get(node):
        case Unavailable() | Known(value=NodeFacts(engine=Unavailable())):
            return "its node could not be read"
        case None:
            return "its node is not in the inventory" if node else f"is {task.status.state}"
        case _:
            return f"is {task.status.state}" if task.status.state != "running" else "its node does not run it"


def _profile(places: Iterable[Place]) -> str:
    for place in places:
        policy = known(read_policy(place.machine))
        role = policy.role_of(place.container) if policy else ""
        if role:
            return role
    return ""


def _joined(service: Service, swarm: SwarmFacts) -> set[str]:
    wanted = targets(service)
    return {network.name for network in swarm.networks if network.id in wanted or network.name in wanted}


def _ports(service: Service) -> Iterator[str]:
    for port in (service.spec.endpoint_spec.ports or ()) if service.spec.endpoint_spec else ():
        yield f"{port.published_port or '*'}/{port.protocol}"


# --- networks and sets ----------------------------------------------------------------------------------------------


def _networks(swarm: SwarmFacts) -> Iterator[NetworkPicture]:
    for network in swarm.networks:
        if network.driver == "overlay":
            users = tuple(sorted(each.spec.name for each in swarm.services if network.name in _joined(each, swarm)))
            encrypted = (network.options or {}).get("encrypted", "false") != "false"
            yield NetworkPicture(network.name, encrypted, network.internal, network.ingress, users)


def _set(name: str, members: tuple[MongoMember, ...]) -> SetPicture:
    """Members that were found running, each with its entry in the set, where host and service bear the same name."""
    votes = {_host(each): whole(each.get("votes", 1)) for each in members_of(known(configuration(members)) or {})}
    states = {_host(each): str(each.get("stateStr", "")) for each in members_of(known(status(members)) or {})}

    def drawn(member: MongoMember) -> MemberPicture:
        host = next((each for each in votes if member.service.endswith(each)), "")
        return MemberPicture(member.service, member.node, states.get(host, ""), votes.get(host))

    return SetPicture(name, tuple(drawn(member) for member in members))


def _host(entry: dict[str, object]) -> str:
    """`mongo1` of `mongo1:27017`."""
    return str(entry.get("host") or entry.get("name") or "").rpartition(":")[0]
