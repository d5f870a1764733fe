"""The swarm: founded, joined by every machine, each with its role and labels."""

from collections.abc import Iterator

from hardening.model.facts import NodeFacts
from hardening.model.inventory import Node, NodeRole
from hardening.model.known import known
from hardening.model.plan import ConfigureSwarm, DescribeNode, InitSwarm, JoinSwarm, Phase, Step, SwarmOptions
from hardening.model.project import Project
from hardening.model.swarm import Cluster, SwarmNode

_SECOND = 10**9
_HOUR = 3600 * _SECOND


def steps(project: Project, machines: dict[str, NodeFacts]) -> Iterator[Step]:
    """Steps of the phases SWARM and MEMBERSHIP."""
    leader = project.inventory.managers[0]
    swarm = known(machines[leader.name].swarm)
    if swarm is None:
        yield _found(project, leader)
    elif _settings(swarm.cluster) != _wanted(project):
        yield _configure(project, leader, swarm.cluster)
    nodes = {node.id: node for node in swarm.nodes} if swarm else {}
    for node in project.inventory.nodes:
        member = nodes.get(node_id(machines[node.name]))
        if member is None and (node is not leader or swarm is not None):
            yield _join(node)
        yield from _describe(node, member, leader)


def node_id(machine: NodeFacts) -> str:
    """The machine's id in the swarm; empty when it is in none."""
    engine = known(machine.engine)
    return engine.info.swarm.node_id if engine and engine.info.swarm.local_node_state == "active" else ""


def _wanted(project: Project) -> SwarmOptions:
    wanted = project.swarm
    return SwarmOptions(wanted.autolock, wanted.cert_expiry_hours * _HOUR, wanted.heartbeat_seconds * _SECOND)


def _settings(cluster: Cluster) -> SwarmOptions:
    spec = cluster.spec
    expiry, heartbeat = spec.ca_config.node_cert_expiry, spec.dispatcher.heartbeat_period
    return SwarmOptions(spec.encryption_config.auto_lock_managers, expiry, heartbeat)


def _shown(options: SwarmOptions) -> str:
    lock, hours = "on" if options.autolock else "off", options.cert_expiry // _HOUR
    return f"autolock {lock}, certificates for {hours} h, heartbeat every {options.heartbeat // _SECOND} s"


def _found(project: Project, leader: Node) -> Step:
    wanted = _wanted(project)
    action = InitSwarm(leader.address, wanted, project.swarm.address_pool)
    return Step(leader.name, Phase.SWARM, "Found the swarm", "no swarm", _shown(wanted), action)


def _configure(project: Project, leader: Node, cluster: Cluster) -> Step:
    before, after = _settings(cluster), _wanted(project)
    action = ConfigureSwarm(after)
    return Step(leader.name, Phase.SWARM, "Change the swarm's settings", _shown(before), _shown(after), action)


def _join(node: Node) -> Step:
    action = JoinSwarm(node.address, manager=node.role is NodeRole.MANAGER)
    return Step(node.name, Phase.SWARM, "Join the swarm", "no member", f"member, {node.role}", action)


def _describe(node: Node, member: SwarmNode | None, leader: Node) -> Iterator[Step]:
    """The node's role and labels. Labels that harden did not set are left alone."""
    wanted_role = node.role.value
    role = member.spec.role if member else wanted_role if node is not leader else NodeRole.MANAGER.value
    labels = (member.spec.labels or {}) if member else {}
    missing = {key: value for key, value in node.labels.items() if labels.get(key) != value}
    if not missing and role == wanted_role:
        return
    before = {key: labels.get(key, "") for key in missing}
    yield Step(
        node.name,
        Phase.MEMBERSHIP,
        "Set the node's role and labels",
        f"{role} {_pairs(before)}",
        f"{wanted_role} {_pairs(missing)}",
        DescribeNode(manager=node.role is NodeRole.MANAGER, labels=dict(node.labels)),
    )


def _pairs(labels: dict[str, str]) -> str:
    return " ".join(f"{key}={value or '(none)'}" for key, value in sorted(labels.items()))
