"""What was seen of one service while one scenario ran: the evidence that profiles are made from."""

from msgspec import Struct

RECORDING_VERSION = 1
"""Raised when a stored recording of the previous form can no longer be read."""


UNLABELLED = "process "
"""What the peer of a signal begins with when only its process's name is known; a label has no blanks."""


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a recording was made. A profile is stale for an image that no origin names.

    Attributes:
        image: digest of the image's manifest or, where it has none, its id, as `sha256:…`; empty when unknown.
        engine: version of the Docker engine.
        runtime: name and version of the OCI runtime, such as `runc 1.1.15`.
        kernel: release, such as `6.12.57`.
        architecture: as `uname -m` says it.
        recorder: programs that watched, with their versions, such as `bpftrace 0.23, auditd 4.0`.
        recorded_at: UTC, ISO 8601 to the second.
    """

    image: str
    engine: str
    runtime: str
    kernel: str
    architecture: str
    recorder: str
    recorded_at: str


class ArgumentUse(Struct, frozen=True, forbid_unknown_fields=True):
    """Scalar arguments of a call that are worth a filter, as they were seen together.

    Attributes:
        call: name of the system call, such as `socket`.
        values: argument index -> value, unsigned, after masking away what does not matter (such as SOCK_CLOEXEC).
        count: times seen.
    """

    call: str
    values: dict[int, int]
    count: int


class FileUse(Struct, frozen=True, forbid_unknown_fields=True):
    """A path as the container sees it, and AppArmor's letters for what was done with it, such as `rw`, `mr`, `x`."""

    path: str
    access: str
    count: int = 1


class SocketUse(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of socket, by AppArmor's names: family `inet`, type `stream`."""

    family: str
    type: str
    count: int = 1


class SignalUse(Struct, frozen=True, forbid_unknown_fields=True):
    """A signal sent to or received from another program.

    `peer` is its AppArmor label, where auditd told it; else `process` and its name, by which no rule can mean it.
    """

    signal: str
    direction: str
    peer: str
    count: int = 1


class Loss(Struct, frozen=True, forbid_unknown_fields=True):
    """Events the recorders could not keep, by recorder. Any number but zero makes a recording unfit to build from."""

    syscalls: int = 0
    files: int = 0


class Recording(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/recordings/<scenario>.json`.

    Attributes:
        role: whose profile it is evidence for.
        scenario: what the service was put through, such as `reload`.
        programs: executable inside the container -> system call -> times.
        runtime: system calls of the OCI runtime itself after its filter was in, told apart by its process name.
        arguments: values of the calls whose arguments a filter may compare.
        executed: programs started, the entry program included.
        capabilities: names as AppArmor writes them, such as `net_bind_service`; the runtime's own are left out.
        refused: executable -> system call -> times that a filter in force answered it, not the kernel. Those calls are
            in no other attribute: whether the role should have them is for a person to say.
        seal: digest of everything else, in a file: tells a recording that was changed by hand from one that was made.
            Anybody can make it anew; it guards against mistakes, not against malice.
    """

    role: str
    scenario: str
    origin: Origin
    lost: Loss
    programs: dict[str, dict[str, int]]
    runtime: dict[str, int] = {}
    arguments: tuple[ArgumentUse, ...] = ()
    files: tuple[FileUse, ...] = ()
    executed: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    sockets: tuple[SocketUse, ...] = ()
    signals: tuple[SignalUse, ...] = ()
    refused: dict[str, dict[str, int]] = {}
    version: int = RECORDING_VERSION
    seal: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost."""
        return not (self.lost.syscalls or self.lost.files)
