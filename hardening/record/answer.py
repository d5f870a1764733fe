"""What a node brings back of a recording, as `node/recorder.py` and `node/recorded.py` write it."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening.errors import HostError

T = TypeVar("T")


class Started(Struct, frozen=True):
    """The first line: where the recording can be asked for, and how many containers run; or why it cannot be made."""

    socket: str
    containers: int
    error: str


class Audit(Struct, frozen=True):
    """auditd's lines about the role's profile, and how many messages the kernel could not hand to it."""

    lines: tuple[str, ...]
    lost: int
    version: str


class Counted(Struct, frozen=True, array_like=True):
    """A system call. `mode` 2: under a seccomp filter; `runc` 1: by a process that runc still sets up."""

    group: int
    exe: int
    mode: int
    runc: int
    number: int
    count: int


class Failed(Struct, frozen=True, array_like=True):
    """A call that ended with an error that filters answer with, whoever answered it."""

    group: int
    exe: int
    runc: int
    number: int
    errno: int
    command: str
    count: int


class Barred(Struct, frozen=True, array_like=True):
    """A call that ended without having begun: a filter answered it, for its arguments or altogether."""

    group: int
    exe: int
    call: str
    count: int


class Value(Struct, frozen=True, array_like=True):
    """Two arguments of a call."""

    group: int
    exe: int
    call: str
    first: int
    second: int
    count: int


class Opened(Struct, frozen=True, array_like=True):
    """An opened file. `access`: 1 read, 2 write. `path` is None when it could not be found out."""

    group: int
    exe: int
    inode: int
    device: int
    access: int
    append: bool
    folder: bool
    path: str | None
    count: int


class Changed(Struct, frozen=True, array_like=True):
    """A call that needs a right on a path; `index` says on which of its paths."""

    group: int
    exe: int
    call: str
    index: int
    path: str | None
    count: int


class Touched(Struct, frozen=True, array_like=True):
    """An open file that was mapped as code, or locked."""

    group: int
    exe: int
    inode: int
    device: int
    count: int


class Ran(Struct, frozen=True, array_like=True):
    """A started program: `exe` is the executable that runs, `path` what was asked for, which may be a script."""

    group: int
    exe: int
    path: str | None
    count: int


class Granted(Struct, frozen=True, array_like=True):
    """A capability that was used."""

    group: int
    exe: int
    capability: int
    count: int


class Signalled(Struct, frozen=True, array_like=True):
    """A signal; `peer` is the other process's name. The executable that received one is not told: 0."""

    group: int
    exe: int
    signal: int
    peer: str
    count: int


class Named(Struct, frozen=True, array_like=True):
    """The path of an inode."""

    group: int
    inode: int
    path: str


class Loaded(Struct, frozen=True, array_like=True):
    """A program that the kernel loads to start another."""

    group: int
    path: str


class Answer(Struct, frozen=True):
    """One node's part of a recording.

    Attributes:
        groups: number of a control group -> container id.
        missed: events that the kernel says it did not hand to us.
        uncounted: calls that were seen and did not fit into the table.
        names: container id -> name.
        homes: process -> number of its control group, of processes that were started meanwhile or run.
        held: files that processes had open at the end.
    """

    error: str = ""
    kernel: str = ""
    architecture: str = ""
    engine: str = ""
    runtime: str = ""
    bpftrace: str = ""
    images: tuple[str, ...] = ()
    groups: dict[str, str] = {}
    names: dict[str, str] = {}
    homes: dict[str, int] = {}
    missed: int = 0
    uncounted: int = 0
    audit: Audit | None = None
    calls: tuple[Counted, ...] = ()
    failed: tuple[Failed, ...] = ()
    barred: tuple[Barred, ...] = ()
    values: tuple[Value, ...] = ()
    opened: tuple[Opened, ...] = ()
    changed: tuple[Changed, ...] = ()
    ran: tuple[Ran, ...] = ()
    mapped: tuple[Touched, ...] = ()
    locked: tuple[Touched, ...] = ()
    granted: tuple[Granted, ...] = ()
    sent: tuple[Signalled, ...] = ()
    received: tuple[Signalled, ...] = ()
    held: tuple[Named, ...] = ()
    programs: tuple[Named, ...] = ()
    loaders: tuple[Loaded, ...] = ()


def started(node: str, line: bytes) -> Started:
    """The first line of a node's recorder.

    Raises:
        HostError: it cannot record, and says why.
    """
    answer = _decoded(node, line, Started)
    if answer.error:
        raise HostError(node, f"cannot record: {answer.error}")
    return answer


def decode(node: str, text: bytes) -> Answer:
    """A node's part of a recording.

    Raises:
        HostError: it could not be made, and says why.
    """
    answer = _decoded(node, text, Answer)
    if answer.error:
        raise HostError(node, f"the recording failed: {answer.error}")
    return answer


def _decoded(node: str, text: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HostError(node, f"its recorder's answer makes no sense: {error}") from None
