"""What the lab looks like now."""

from enum import StrEnum

from msgspec import Struct

from hardening.hosts.loopback import LOOPBACK

from .fleet import Fleet
from .machine import State


class LabState(StrEnum):
    """All nodes taken together."""

    ABSENT = "absent"
    """There is no lab."""
    UP = "up"
    DOWN = "down"
    PARTIAL = "partial"
    """Some nodes run and some do not, or the network between them is gone."""


class NodeStatus(Struct, frozen=True):
    """One guest.

    Attributes:
        address: on the cluster network.
        ssh_port: on the host's loopback.
        http: where its port 80 is seen from the host.
        https: where its port 443 is; empty for a node that was started before it was led there.
        pid: of its QEMU; None while there is none.
        cut: it is off the cluster network.
    """

    name: str
    address: str
    state: State
    pid: int | None
    ssh_port: int
    http: str
    cut: bool
    https: str = ""


class LabStatus(Struct, frozen=True):
    """The lab. `memory` is MiB per guest, `switch_pid` the network between the guests."""

    state: LabState
    directory: str
    memory: int = 0
    accel: str = ""
    switch_pid: int | None = None
    nodes: tuple[NodeStatus, ...] = ()


def status_of(fleet: Fleet) -> LabStatus:
    """Asked of the kernel and of every machine, now."""
    nodes = []
    for node in fleet.record.nodes:
        machine = fleet.machine(node)
        http = f"http://{LOOPBACK}:{node.http_port}"
        https = f"https://{LOOPBACK}:{node.https_port}" if node.https_port else ""
        state = machine.state if node.adopted else State.UNFINISHED
        ways = (machine.pid, node.ssh_port, http, node.cut, https)
        nodes.append(NodeStatus(node.name, node.address, state, *ways))
    states = {node.state for node in nodes}
    if states == {State.RUNNING} and fleet.switch.pid is not None:
        overall = LabState.UP
    elif all(node.pid is None for node in nodes):
        overall = LabState.DOWN
    else:
        overall = LabState.PARTIAL
    record = fleet.record
    return LabStatus(overall, str(fleet.directory), record.memory, record.accel, fleet.switch.pid, tuple(nodes))
