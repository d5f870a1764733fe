"""What an operator sees at a glance. Made from facts by `hardening/status.py`, shown by `render/glance.py`."""

from msgspec import Struct

STATUS_VERSION = 1


class NodeStatus(Struct, frozen=True):
    """A machine. `unread` says why it could not be read; `state` and `role` are the swarm's word or empty."""

    name: str
    role: str
    state: str
    availability: str
    leader: bool
    engine: str
    unread: str = ""


class TaskStatus(Struct, frozen=True):
    """A task that should run. `since` is its last change, as the engine writes times; `error` why it does not run."""

    node: str
    state: str
    since: str
    error: str = ""


class ServiceStatus(Struct, frozen=True):
    """A service of a stack.

    Attributes:
        wanted: tasks that should run; of a global service, one per node that may carry it.
        tasks: those that should run, by node.
        update: how the last change goes, where it is not simply done.
        last_error: of its newest task that ended badly, while not all run.
        profile: the profile that confines it; empty when it has none.
        unconfined: what the kernel says against its confinement, a line each; empty when all is well or no profile is.
    """

    name: str
    wanted: int
    running: int
    tasks: tuple[TaskStatus, ...]
    update: str = ""
    last_error: str = ""
    profile: str = ""
    unconfined: tuple[str, ...] = ()


class MemberStatus(Struct, frozen=True):
    """A member of a replica set: `state` in the server's own words, or `stands by`, or why it is not known."""

    service: str
    node: str
    state: str
    well: bool


class SetStatus(Struct, frozen=True):
    """A replica set; `primary` is empty while there is none."""

    name: str
    primary: str
    members: tuple[MemberStatus, ...]


class CertificateStatus(Struct, frozen=True):
    """A certificate; `expires` in seconds since the epoch, None where it is not known, and `detail` says why."""

    name: str
    expires: float | None
    detail: str = ""


class AuditStatus(Struct, frozen=True):
    """The newest report: where it is, when its facts were read, how many checks' outcomes failed by severity."""

    file: str
    gathered_at: float
    failed: dict[str, int]
    unknown: int


class Status(Struct, frozen=True):
    """All of it.

    Attributes:
        gathered_at: seconds since the epoch, by the operator's clock.
        lacking: what confinement does not rest on here; see `confinement.lacking`.
        problems: everything that is not as it should be, a line each; empty when all is well.
    """

    project: str
    gathered_at: float
    nodes: tuple[NodeStatus, ...]
    services: tuple[ServiceStatus, ...]
    sets: tuple[SetStatus, ...]
    certificates: tuple[CertificateStatus, ...]
    audit: AuditStatus | None
    lacking: tuple[str, ...]
    problems: tuple[str, ...]
    version: int = STATUS_VERSION
