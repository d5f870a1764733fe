"""The lab's nodes as an inventory, with the labels that the reference stack's placement reads."""

from hardening.hosts.loopback import LOOPBACK
from hardening.model.inventory import Inventory, Node, NodeRole, SshTransport

from .fleet import Fleet
from .records import LabNode

DATABASE_MEMBERS = ("mongo1", "mongo2", "mongo3")
SOURCE = "lab"


def labels(number: int, nodes: int) -> dict[str, str]:
    """Swarm node labels of node `number` of `nodes`: each takes the API and the edge; the members go round."""
    wanted = {"api": "true", "edge": "true"}
    for place, member in enumerate(DATABASE_MEMBERS):
        if place % nodes == number - 1:
            wanted[member] = "true"
    if number == 1:
        wanted["arbiter"] = "true"
    return wanted


def inventory_of(fleet: Fleet) -> Inventory:
    """The nodes in order; the first manages."""
    count = len(fleet.record.nodes)
    return Inventory(tuple(_node(fleet, node, count) for node in fleet.record.nodes), SOURCE)


def _node(fleet: Fleet, node: LabNode, count: int) -> Node:
    role = NodeRole.MANAGER if node.number == 1 else NodeRole.WORKER
    transport = SshTransport(
        host=LOOPBACK,
        port=node.ssh_port,
        identity_file=str(fleet.keys.identity),
        known_hosts_file=str(fleet.keys.known_hosts),
    )
    return Node(node.name, node.address, role, labels(node.number, count), transport)
