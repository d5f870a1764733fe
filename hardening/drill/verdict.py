"""Which layer refused a try. Pure: from the answers, the role's filter, and what AppArmor logged meanwhile.

The kernel asks seccomp before anything else, and its refusal looks like any other (EPERM, or ENOSYS for newer calls):
so a call that the filter does not allow is seccomp's. After that EACCES with a line in the audit log is AppArmor's,
EROFS the mount's, and EPERM that of missing capabilities. What the probe wrote itself, with the right to run it, and
nothing else refuses to run, lies on a mount that lets nothing run.
"""

import errno
import json
import operator
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping

from hardening.model.drill import Answer, Layer, Probe, Verdict

_NOT_THERE = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ENOTDIR})
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.EOPNOTSUPP, errno.ENOPROTOOPT})
_NETWORK = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ENETDOWN, errno.EADDRNOTAVAIL}
)
_OPERATIONS = {
    "openat": {"open", "mknod", "mkdir", "truncate"},
    "mknod": {"mknod"},
    "mount": {"mount"},
    "umount2": {"umount"},
    "pivot_root": {"pivotroot"},
    "execve": {"exec"},
    "execveat": {"exec"},
    "mmap": {"file_mmap", "file_mprotect", "open", "mknod"},
    "mprotect": {"file_mprotect"},
    "socket": {"create"},
    "connect": {"connect", "create", "open"},
    "ptrace": {"ptrace"},
    "process_vm_readv": {"ptrace"},
    "process_vm_writev": {"ptrace"},
    "unshare": {"userns_create"},
    "clone": {"userns_create"},
    "clone3": {"userns_create"},
    "fchown": {"chown", "mknod", "open"},
}
"""System call -> what AppArmor's log calls the operation it mediates there."""
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "SCMP_CMP_EQ": operator.eq,
    "SCMP_CMP_NE": operator.ne,
    "SCMP_CMP_LT": operator.lt,
    "SCMP_CMP_LE": operator.le,
    "SCMP_CMP_GT": operator.gt,
    "SCMP_CMP_GE": operator.ge,
}
_WRITTEN_BY_ITSELF = {"exec-written": errno.EACCES, "map-written": errno.EPERM}
"""Probe that runs a file of its own -> what a mount without the right to run answers."""
DATABASE = "database:"
"""How the names of probes begin that ask a database."""

Filter = Mapping[str, object]


def judge(
    probes: Iterable[Probe], answers: Mapping[str, Answer], seccomp: str, denied: Iterable[str]
) -> Iterator[Verdict]:
    """A verdict for every probe; one without an answer was not tried.

    Args:
        probes: what should have been tried.
        answers: by probe.
        seccomp: the filter that was on, as JSON text; empty when it is the engine's own, which is not looked into.
        denied: operations that AppArmor refused the copy meanwhile, as its log calls them.
    """
    document: Filter = json.loads(seccomp) if seccomp else {}
    refused = frozenset(denied)
    for probe in probes:
        answer = answers.get(probe.id)
        layer = _layer(probe, answer, document, refused) if answer else Layer.UNTRIED
        yield Verdict(probe.id, probe.group, probe.goal, layer, _detail(answer))


def allows(document: Filter, call: str, arguments: Mapping[int, int]) -> bool:
    """Whether a filter lets a call with these arguments pass. An argument that is not told is taken to fit."""
    rules = document.get("syscalls")
    for rule in rules if isinstance(rules, list) else ():
        named = call in rule["names"] and rule["action"] == "SCMP_ACT_ALLOW"
        if named and all(_fits(each, arguments) for each in rule.get("args") or ()):
            return True
    return document.get("defaultAction") == "SCMP_ACT_ALLOW"


def _fits(compared: Mapping[str, object], arguments: Mapping[int, int]) -> bool:
    index, value, second = (int(str(compared.get(key, 0))) for key in ("index", "value", "valueTwo"))
    if index not in arguments:
        return True
    given, comparison = arguments[index], str(compared["op"])
    if comparison == "SCMP_CMP_MASKED_EQ":
        return given & value == second
    return _COMPARISONS[comparison](given, value)


def _layer(probe: Probe, answer: Answer, document: Filter, denied: frozenset[str]) -> Layer:  # noqa: PLR0911 - one arm per outcome
    if answer.outcome == "open":
        return Layer.OPEN
    if answer.outcome in {"untried", "no answer"}:
        return Layer.NETWORK if probe.call == "connect" and answer.outcome == "no answer" else Layer.UNTRIED
    if answer.outcome == "absent":
        return Layer.KERNEL
    if answer.outcome == "killed":  # only a filter's own signal says who it was
        return Layer.SECCOMP if answer.number == signal.SIGSYS else Layer.UNTRIED
    if document and not allows(document, probe.call, probe.arguments):
        return Layer.SECCOMP
    if probe.id.startswith(DATABASE) and answer.number in {errno.EACCES, errno.ECONNRESET}:
        return Layer.DATABASE
    return _by_errno(probe, answer.number, denied)


def _by_errno(probe: Probe, number: int, denied: frozenset[str]) -> Layer:  # noqa: PLR0911 - one arm per layer
    if number in _NETWORK:
        return Layer.NETWORK
    if number == errno.EROFS:
        return Layer.READ_ONLY
    if number in _NOT_THERE:
        return Layer.ABSENT
    if number in _UNSUPPORTED:
        return Layer.KERNEL
    if number == errno.EACCES and denied & _OPERATIONS.get(probe.call, set()):
        return Layer.APPARMOR
    if number == _WRITTEN_BY_ITSELF.get(probe.id):
        return Layer.NOEXEC
    if number == errno.EACCES:
        return Layer.PERMISSIONS
    return Layer.CAPABILITY


def _detail(answer: Answer | None) -> str:
    if answer is None:
        return "no answer came"
    if answer.outcome == "refused":
        return errno.errorcode.get(answer.number, str(answer.number))
    return f"{answer.outcome} by signal {answer.number}" if answer.outcome == "killed" else answer.outcome
