"""Making a clone a node of this lab: its name, addresses, keys and trust, given through the guest agent."""

import secrets
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process
from hardening.hosts.loopback import LOOPBACK

from .agent import Agent
from .certificates import Issued, issue
from .machine import Machine
from .pace import patience
from .records import LabNode, LabRecord
from .requirements import program

REGISTRY_NODE = 1
REGISTRY_PORT = 5000


class Keys:
    """The lab's own SSH key, the guests' host keys and the registry's authority, in the lab's folder."""

    def __init__(self, folder: Path) -> None:
        self.identity = folder / "id_ed25519"
        self.known_hosts = folder / "known_hosts"
        self.ca = folder / "ca.pem"

    def make(self) -> None:
        """Make the SSH key unless it is there."""
        if self.identity.exists():
            return
        argv = (program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "harden lab", "-f", str(self.identity))
        done = process.run(argv, timeout=patience(20))
        if not done.ok:
            raise FailedError(f"could not make the lab's SSH key: {done.complaint}")

    def authority(self, record: LabRecord) -> Issued:
        """A new authority and the registry's certificate by it."""
        node = record.node(LabNode(REGISTRY_NODE, 0, 0).name)
        issued = issue(node.name, node.address)
        self.ca.write_text(issued.ca, "ascii")
        return issued

    @property
    def public(self) -> str:
        """The public key, one line."""
        return self.identity.with_suffix(".pub").read_text("ascii")

    def trust(self, record: LabRecord) -> None:
        """Put the guests' host keys where the lab's SSH looks: by loopback port."""
        lines = [f"[{LOOPBACK}]:{node.ssh_port} {node.host_key}" for node in record.nodes if node.adopted]
        self.known_hosts.write_text("\n".join(lines) + "\n", "ascii")


def registry_address() -> str:
    """The registry as image references name it."""
    return f"{LabNode(REGISTRY_NODE, 0, 0).name}:{REGISTRY_PORT}"


def adopt(machine: Machine, node: LabNode, record: LabRecord, keys: Keys, registry: Issued | None) -> str:
    """Give a running clone its identity.

    Args:
        machine: runs, and has nobody's identity yet.
        node: who it becomes.
        record: the whole lab.
        keys: of the lab.
        registry: certificate and key, for the node that runs the registry. The key is in memory and in its guest only.

    Returns:
        Its SSH host key.
    """
    request: dict[str, object] = {
        "task": "adopt",
        "entropy": secrets.token_hex(64),
        "name": node.name,
        "address": node.address,
        "mac": node.mac,
        "hosts": hosts(record),
        "authorized_key": keys.public,
        "registry": registry_address(),
        "ca": keys.ca.read_text("ascii"),
    }
    if registry is not None:
        request |= {"registry_certificate": registry.certificate, "registry_key": registry.key}
    agent = Agent(machine)
    agent.wait(patience(60))
    agent.set_clock()
    kind, key, *_ = str(agent.identity(request, timeout=patience(300))["host_key"]).split()
    return f"{kind} {key}"


def hosts(record: LabRecord) -> dict[str, str]:
    """Every guest's name and address."""
    return {node.name: node.address for node in record.nodes}
