"""One node's answer, read as evidence. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from hardening.confine.syscalls import numbers
from hardening.errors import FailedError
from hardening.model.recording import UNLABELLED, ArgumentUse, FileUse, Loss, Origin, Recording, SignalUse, SocketUse

from . import merging, names
from .answer import Answer
from .audit_log import Message, messages

ARGUMENTS = {
    "clone": (0,),
    "ioctl": (1,),
    "mmap": (2,),
    "mprotect": (2,),
    "personality": (0,),
    "pkey_mprotect": (2,),
    "prctl": (0,),
    "setsockopt": (1, 2),
    "socket": (0, 1),
    "socketpair": (0, 1),
    "unshare": (0,),
}
"""Call -> indexes of the arguments whose values are recorded; `node/recorder_script.py` says how they are masked."""

RUNTIME = "runc"
"""Under this name the runtime's own refused calls are told."""
PRIVATE_ERRNO = 133
"""Errno that a verification's filter answers with; nothing else does."""
UNDER_A_FILTER = 2
"""`seccomp` in `/proc/<pid>/status`: a filter is on."""
_UNSEEN = ("io_uring_enter", "open_by_handle_at")
"""Ways to open files of which no path can be read."""
_RIGHTS = {
    ("connect", 0): "rw",
    ("link", 0): "r",
    ("linkat", 0): "r",
    ("link", 1): "l",
    ("linkat", 1): "l",
    ("rename", 0): "rw",
    ("renameat", 0): "rw",
    ("renameat2", 0): "rw",
}
"""Call and which of its paths -> what AppArmor asks for there; of all others, `w`."""
_FOLDERS = frozenset({"mkdir", "mkdirat", "rmdir"})

K = TypeVar("K")


class Row(Protocol):
    """What every row of an answer says."""

    @property
    def group(self) -> int:
        """Number of the control group."""
        ...

    @property
    def exe(self) -> int:
        """Inode of the executable."""
        ...


class NodePart:
    """One node's answer, read as evidence."""

    def __init__(self, role: str, scenario: str, answer: Answer, recorded_at: str) -> None:
        self.role, self.scenario, self.answer, self.recorded_at = role, scenario, answer, recorded_at
        self.calls = {number: name for name, number in numbers().items()}
        self.programs = {(each.group, each.inode): each.path for each in answer.programs}
        self.elsewhere = _alike((each.inode, each.path) for each in answer.programs)
        self.runtime = runtime_programs(answer)
        self.unresolved = 0

    def recording(self) -> Recording:
        """Everything but the runtime's own doing."""
        answer = self.answer
        logged = [each for each in self._logged() if each.verdict == "ALLOWED"]
        files = merging.files([*self._files(), *_logged_files(logged)])
        unseen = sum(
            each.count for each in answer.calls if self.calls.get(each.number) in _UNSEEN and self._is_ours(each)
        )
        audit_lost = answer.audit.lost if answer.audit else 0
        return Recording(
            role=self.role,
            scenario=self.scenario,
            origin=node_origin(self.role, answer, self.recorded_at),
            lost=Loss(syscalls=answer.missed + answer.uncounted, files=self.unresolved + unseen + audit_lost),
            programs=self._programs(),
            runtime=_summed(
                (self._name(each.number), each.count)
                for each in answer.calls
                if (each.group, each.exe) in self.runtime and each.mode == UNDER_A_FILTER
            ),
            arguments=merging.arguments(self._arguments()),
            files=files,
            executed=self._executed(),
            capabilities=self._capabilities(logged),
            sockets=merging.sockets([*self._sockets(), *_logged_sockets(logged)]),
            signals=merging.signals([*self._signals(), *_logged_signals(logged)]),
            refused=self._refused(),
        )

    def _logged(self) -> tuple[Message, ...]:
        return messages(self.answer.audit.lines) if self.answer.audit else ()

    def _is_ours(self, row: "Row") -> bool:
        return (row.group, row.exe) not in self.runtime

    def _name(self, number: int) -> str:
        return self.calls.get(number, f"number_{number}")

    def _program(self, row: "Row") -> str:
        """Its path; of a container that is gone, as the other containers of the same image have it."""
        return self.programs.get((row.group, row.exe)) or self.elsewhere.get(row.exe, f"unknown:{row.exe}")

    def _programs(self) -> dict[str, dict[str, int]]:
        return merging.added(
            {self._program(each): {self._name(each.number): each.count}}
            for each in self.answer.calls
            if self._is_ours(each)
        )

    def _refused(self) -> dict[str, dict[str, int]]:
        """Calls that failed as a filter makes them fail, and never began."""
        begun = {(each.group, each.exe, each.number) for each in self.answer.calls}
        found: list[tuple[Row, str, int]] = [
            (each, self._name(each.number), each.count)
            for each in self.answer.failed
            if each.number >= 0 and (each.errno == PRIVATE_ERRNO or (each.group, each.exe, each.number) not in begun)
        ]
        known = {(each.group, each.exe, name) for each, name, _ in found}
        found += [
            (each, each.call, each.count)
            for each in self.answer.barred
            if (each.group, each.exe, each.call) not in known
        ]
        return merging.added(
            {self._program(each) if self._is_ours(each) else RUNTIME: {name: count}} for each, name, count in found
        )

    def _arguments(self) -> Iterator[ArgumentUse]:
        for each in filter(self._is_ours, self.answer.values):
            values = dict(zip(ARGUMENTS[each.call], (each.first, each.second), strict=False))
            yield ArgumentUse(each.call, values, each.count)

    def _files(self) -> Iterator[FileUse]:
        answer = self.answer
        known = {(each.group, each.inode): each.path for each in answer.held}
        elsewhere = _alike(((each.inode, each.device), each.path) for each in answer.opened if each.path)
        for each in filter(self._is_ours, answer.opened):
            if each.path is None:
                self.unresolved += each.count
                continue
            known[each.group, each.inode] = each.path
            yield FileUse(
                each.path + ("/" if each.folder and each.path != "/" else ""),
                _opened(each.access, each.append),
                each.count,
            )
        for letter, rows in (("m", answer.mapped), ("k", answer.locked)):
            for touched in filter(self._is_ours, rows):
                # What a container had open that is gone may be in a volume that its successor has open.
                path = known.get((touched.group, touched.inode)) or elsewhere.get((touched.inode, touched.device))
                if path:
                    yield FileUse(path, letter, touched.count)
                else:
                    self.unresolved += touched.count
        yield from self._changes()
        yield from (FileUse(path, "mrx", 0) for path in self._executed())
        yield from (FileUse(each.path, "mr", 0) for each in answer.loaders)

    def _changes(self) -> Iterator[FileUse]:
        for each in filter(self._is_ours, self.answer.changed):
            if each.path is None:
                self.unresolved += each.count
            else:
                folder = "/" if each.call in _FOLDERS else ""
                yield FileUse(each.path + folder, _RIGHTS.get((each.call, each.index), "w"), each.count)

    def _executed(self) -> tuple[str, ...]:
        """The executables that ran, and scripts."""
        found = set()
        for each in filter(self._is_ours, self.answer.ran):
            found.add(self._program(each))
            if each.path and not each.path.startswith("/proc/"):
                found.add(each.path)
        return tuple(sorted(path for path in found if path.startswith("/")))

    def _capabilities(self, logged: Iterable[Message]) -> tuple[str, ...]:
        used = {names.capability(each.capability) for each in self.answer.granted if self._is_ours(each)}
        return tuple(sorted(used | {each.capability for each in logged if each.capability}))

    def _sockets(self) -> Iterator[SocketUse]:
        for each in filter(self._is_ours, self.answer.values):
            if each.call in {"socket", "socketpair"}:
                yield SocketUse(names.family(each.first), names.socket_type(each.second), each.count)

    def _signals(self) -> Iterator[SignalUse]:
        for direction, rows in (("send", self.answer.sent), ("receive", self.answer.received)):
            for each in filter(self._is_ours, rows):
                peer = UNLABELLED + "".join(letter if letter.isprintable() else "?" for letter in each.peer)
                yield SignalUse(names.signal(each.signal), direction, peer, each.count)


def node_origin(role: str, answer: Answer, recorded_at: str) -> Origin:
    """Where a node's part was made.

    Raises:
        FailedError: its tasks ran different images.
    """
    if len(answer.images) > 1:
        raise FailedError(
            f"{role}: its tasks ran different images: {', '.join(answer.images)}",
            "record when every task runs the same image",
        )
    audit = f", auditd {answer.audit.version}" if answer.audit else ""
    return Origin(
        image=answer.images[0] if answer.images else "",
        engine=answer.engine,
        runtime=answer.runtime,
        kernel=answer.kernel,
        architecture=answer.architecture,
        recorder=f"bpftrace {answer.bpftrace}{audit}",
        recorded_at=recorded_at,
    )


def runtime_programs(answer: Answer) -> frozenset[tuple[int, int]]:
    """(control group, executable) of the OCI runtime's own processes.

    They have the runtime's process name at some time, and are no file of the container: a service that calls itself
    `runc:[` stays a service. What the runtime does before it has that name has no filter yet, and no file either.
    """
    named = {(each.group, each.inode) for each in answer.programs}
    staged = {(each.group, each.exe) for each in answer.calls if each.runc}
    filtered = {(each.group, each.exe) for each in answer.calls if each.mode == UNDER_A_FILTER}
    early = {(each.group, each.exe) for each in answer.calls} - filtered
    groups = {group for group, _ in staged}
    return frozenset((staged | {each for each in early if each[0] in groups}) - named)


def _alike(named: Iterable[tuple[K, str]]) -> dict[K, str]:
    """What has one name only -> that name."""
    names: defaultdict[K, set[str]] = defaultdict(set)
    for each, name in named:
        names[each].add(name)
    return {each: next(iter(found)) for each, found in names.items() if len(found) == 1}


def _opened(access: int, append: bool) -> str:
    reads = "r" if access & 1 else ""
    return reads + (("a" if append else "w") if access & 2 else "")


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for name, count in pairs:
        total[name] += count
    return dict(sorted(total.items()))


def _logged_files(logged: Iterable[Message]) -> Iterator[FileUse]:
    for each in logged:
        if each.name.startswith("/") and each.mask and not (each.family or each.signal):
            yield FileUse(each.name, each.mask)


def _logged_sockets(logged: Iterable[Message]) -> Iterator[SocketUse]:
    for each in logged:
        if each.family:
            yield SocketUse(each.family, each.socket_type)


def _logged_signals(logged: Iterable[Message]) -> Iterator[SignalUse]:
    for each in logged:
        if each.signal:
            yield SignalUse(each.signal, each.mask, each.peer)
