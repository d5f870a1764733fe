"""The cluster as a report draws it: nodes, services, what holds each task, sets, networks.

Derived from facts and small: it names what runs where, and repeats no finding.
"""

from enum import StrEnum

from msgspec import Struct


class Hold(StrEnum):
    """Whether a layer of confinement was seen to hold. PARTLY: less than it could; UNKNOWN is never held."""

    HELD = "held"
    PARTLY = "partly"
    OPEN = "open"
    UNKNOWN = "unknown"


class LayerName(StrEnum):
    """What can hold a container, each by the kernel's own word."""

    APPARMOR = "apparmor"
    SECCOMP = "seccomp"
    NO_NEW_PRIVILEGES = "no_new_privileges"
    CAPABILITIES = "capabilities"
    USER_NAMESPACE = "user_namespace"
    ROOT_READ_ONLY = "root_read_only"


class Layer(Struct, frozen=True):
    """One layer on one task: `seen` is what was read, in a few words, or why nothing was."""

    hold: Hold
    seen: str


class TaskPicture(Struct, frozen=True):
    """A task, or a plain container. `processes` is how many were read; 0 where none could be."""

    name: str
    node: str
    processes: int
    layers: dict[LayerName, Layer]


class ServicePicture(Struct, frozen=True):
    """A service, or one plain container.

    Attributes:
        profile: what the nodes' policy gives it; empty where it gives nothing.
        plain: it is a container outside of the swarm.
        networks: names.
        ports: opened on nodes, such as `80/tcp`.
    """

    name: str
    profile: str
    tasks: tuple[TaskPicture, ...]
    networks: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    plain: bool = False


class NodePicture(Struct, frozen=True):
    """A machine of the inventory or of the swarm.

    Attributes:
        role: manager or worker; empty where the swarm did not tell.
        state: as the swarm sees it, such as ready or down; empty where it did not tell.
        availability: active, pause or drain; empty likewise.
        unread: why no facts of it are there; empty where they are.
        engine: version; kernel and system likewise, empty where they were not read.
    """

    name: str
    role: str = ""
    leader: bool = False
    state: str = ""
    availability: str = ""
    unread: str = ""
    engine: str = ""
    kernel: str = ""
    system: str = ""


class MemberPicture(Struct, frozen=True):
    """A member of a replica set: `state` as the set tells it, empty where it does not."""

    service: str
    node: str
    state: str = ""
    votes: int | None = None


class SetPicture(Struct, frozen=True):
    """A replica set of a database."""

    name: str
    members: tuple[MemberPicture, ...]


class NetworkPicture(Struct, frozen=True):
    """An overlay network and the services on it. `internal`: no way out. `mesh`: the swarm's own ingress."""

    name: str
    encrypted: bool
    internal: bool
    mesh: bool
    services: tuple[str, ...]


class ClusterPicture(Struct, frozen=True):
    """All of it. `gap` is why services and networks are not known as the swarm sees them; empty where they are."""

    nodes: tuple[NodePicture, ...]
    services: tuple[ServicePicture, ...]
    sets: tuple[SetPicture, ...]
    networks: tuple[NetworkPicture, ...]
    gap: str = ""
