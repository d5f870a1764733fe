"""What the lab remembers between commands. What it can ask the kernel or QEMU, it does not write down."""

from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import HardenError

RECORD_VERSION = 1
NETWORK = "10.77.0"
"""The first three bytes of the segment between the guests, which exists only inside it."""
MOST_NODES = 9


class LabNode(Struct, frozen=True):
    """One guest.

    Attributes:
        number: from 1.
        ssh_port: TCP port on the host's loopback that leads to the guest's SSH.
        http_port: the same for its port 80.
        https_port: the same for its port 443; 0 until it is chosen, for a lab from before there was one.
        host_key: its SSH host key, `ssh-ed25519 …`. Empty while it has no identity of its own, and nothing to lose.
        cut: its cable to the cluster network is pulled.
    """

    number: int
    ssh_port: int
    http_port: int
    host_key: str = ""
    cut: bool = False
    https_port: int = 0

    @property
    def adopted(self) -> bool:
        """Whether it became a node of this lab."""
        return bool(self.host_key)

    @property
    def name(self) -> str:
        """Host name."""
        return f"node{self.number}"

    @property
    def address(self) -> str:
        """On the cluster network."""
        return f"{NETWORK}.{10 + self.number}"

    @property
    def mac(self) -> str:
        """Of its cluster interface; locally administered."""
        return f"52:54:00:77:00:{self.number:02x}"


class LabRecord(Struct, frozen=True):
    """`lab.json`: the shape of the lab, which its saved states depend on.

    Attributes:
        memory: MiB per guest.
        accel: `kvm` or `tcg`.
        base: the cached snapshot it was cloned from.
    """

    memory: int
    accel: str
    base: str
    nodes: tuple[LabNode, ...] = ()
    version: int = RECORD_VERSION

    def node(self, name: str) -> LabNode:
        """A guest by its name, or by its number.

        Raises:
            HardenError: there is no such guest.
        """
        for node in self.nodes:
            if name in {node.name, str(node.number)}:
                return node
        raise HardenError(f"the lab has no node `{name}`", f"it has {', '.join(node.name for node in self.nodes)}")

    def with_node(self, changed: LabNode) -> "LabRecord":
        """The same with one guest replaced, or added at the end."""
        others = tuple(node for node in self.nodes if node.number != changed.number)
        nodes = tuple(sorted((*others, changed), key=lambda node: node.number))
        return msgspec.structs.replace(self, nodes=nodes)


def load(directory: Path) -> LabRecord | None:
    """The record of the lab in `directory`; None when there is none."""
    path = directory / "lab.json"
    try:
        record = msgspec.json.decode(path.read_bytes(), type=LabRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise HardenError(f"{path}: {error}", "remove this lab with: harden lab destroy") from error
    if record.version != RECORD_VERSION:
        raise HardenError(f"{path}: made by another version of harden", "remove this lab with: harden lab destroy")
    return record


def store(directory: Path, record: LabRecord) -> None:
    """Write the record; a reader sees the old one or the new one."""
    path = directory / "lab.json"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(record)))
    fresh.replace(path)
