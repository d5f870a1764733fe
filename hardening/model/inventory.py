"""Machines: what they are called, what they are for, how to reach them."""

from enum import StrEnum

from msgspec import Struct


class NodeRole(StrEnum):
    """A node's part in the swarm."""

    MANAGER = "manager"
    WORKER = "worker"


class LocalTransport(Struct, frozen=True, tag="local"):
    """The machine this program runs on."""


class SshTransport(Struct, frozen=True, tag="ssh"):
    """A machine reached by OpenSSH.

    Attributes:
        host: name or address to connect to.
        port: TCP port.
        user: login; root, or one that may `sudo -n`.
        identity_file: private key; None leaves the choice to ssh.
        known_hosts_file: host keys to trust; None is ssh's own file.
        sudo: run programs through `sudo -n`.
    """

    host: str
    port: int = 22
    user: str = "root"
    identity_file: str | None = None
    known_hosts_file: str | None = None
    sudo: bool = False


Transport = LocalTransport | SshTransport


class Node(Struct, frozen=True):
    """One machine of the cluster.

    Attributes:
        name: as the inventory calls it; also the machine's host name, and unique.
        address: IP address the swarm's members know it by.
        role: manager or worker.
        labels: swarm node labels, which placement constraints read.
        transport: how this program reaches it.
    """

    name: str
    address: str
    role: NodeRole
    labels: dict[str, str]
    transport: Transport


class Inventory(Struct, frozen=True):
    """The machines of one cluster; `source` is the file (or `lab`) it came from. The first manager leads."""

    nodes: tuple[Node, ...]
    source: str

    @property
    def managers(self) -> tuple[Node, ...]:
        """The managers, in inventory order."""
        return tuple(node for node in self.nodes if node.role is NodeRole.MANAGER)
