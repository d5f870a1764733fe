"""Which layer refused a try. Pure: from the answers, the role's filter, and what AppArmor logged meanwhile.

The kernel asks seccomp before anything else, and its refusal looks like any other (EPERM, or ENOSYS for newer calls):
so a call that the filter does not allow is seccomp's. After that EACCES with a line in the audit log about the same
path is AppArmor's, EROFS the mount's, and EPERM that of missing capabilities. What the probe wrote itself, with the
right to run it, and nothing else refuses to run, lies on a mount that lets nothing run. Any other error says nothing of
rights: what failed by it was not tried.
"""

import errno
import json
import operator
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from hardening.model.drill import Answer, Layer, Probe, Verdict
from hardening.record.audit_log import Message

_NOT_THERE = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ENOTDIR, errno.ECONNREFUSED})
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.EOPNOTSUPP, errno.ENOPROTOOPT})
_NETWORK = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT, errno.ENETDOWN, errno.EADDRNOTAVAIL})
_OPERATIONS = {
    "openat": {"open", "mknod", "mkdir", "truncate"},
    "mknodat": {"mknod"},
    "mount": {"mount"},
    "umount2": {"umount"},
    "pivot_root": {"pivotroot"},
    "execve": {"exec"},
    "memfd_create": {"exec"},
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
_ANSWER_EACCES = frozenset({"setpriority", "perf_event_open"})
"""Calls by which the kernel says EACCES, and not EPERM, for want of a capability."""
_WRITTEN_BY_ITSELF = {"exec-written": errno.EACCES, "map-written": errno.EPERM}
"""Probe that runs a file of its own -> what a mount without the right to run answers."""
DATABASE = "database:"
"""How the names of probes begin that ask a database."""

Filter = Mapping[str, object]


def judge(
    probes: Iterable[Probe], answers: Mapping[str, Answer], seccomp: str, denied: Iterable[Message]
) -> Iterator[Verdict]:
    """A verdict for every probe; one without an answer was not tried.

    Args:
        probes: what should have been tried.
        answers: by probe.
        seccomp: the filter that was on, as JSON text; empty when it is the engine's own, which is not looked into.
        denied: what AppArmor refused the copy meanwhile.
    """
    document: Filter = json.loads(seccomp) if seccomp else {}
    refused = tuple(denied)
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


def _layer(probe: Probe, answer: Answer, document: Filter, denied: Sequence[Message]) -> Layer:  # noqa: PLR0911 - one arm per outcome
    if answer.outcome == "open":
        return Layer.OPEN
    if answer.outcome in {"untried", "no answer"}:
        return Layer.NETWORK if probe.call == "connect" and answer.outcome == "no answer" else Layer.UNTRIED
    if answer.outcome == "absent":
        return Layer.KERNEL
    if answer.outcome == "killed":  # only a filter's own signal says who it was
        return Layer.SECCOMP if answer.number == signal.SIGSYS else Layer.UNTRIED
    calls = (*probe.before, (probe.call, probe.arguments))
    if document and not all(allows(document, call, arguments) for call, arguments in calls):
        return Layer.SECCOMP
    if probe.id.startswith(DATABASE) and answer.number in {errno.EACCES, errno.ECONNRESET}:
        return Layer.DATABASE
    return _by_errno(probe, answer.number, denied)


def _by_errno(probe: Probe, number: int, denied: Sequence[Message]) -> Layer:  # noqa: PLR0911 - one arm per layer
    if number in _NETWORK:
        return Layer.NETWORK
    if number == errno.EROFS:
        return Layer.READ_ONLY
    if number in _NOT_THERE:
        return Layer.ABSENT
    if number in _UNSUPPORTED:
        return Layer.KERNEL
    if number == errno.EACCES and any(_is_about(each, probe) for each in denied):
        return Layer.APPARMOR
    if number == _WRITTEN_BY_ITSELF.get(probe.id):
        return Layer.NOEXEC
    if number == errno.EACCES and probe.call not in _ANSWER_EACCES:
        return Layer.PERMISSIONS
    return Layer.CAPABILITY if number in {errno.EPERM, errno.EACCES} else Layer.UNTRIED


def _is_about(refusal: Message, probe: Probe) -> bool:
    """Whether AppArmor's refusal is the one that a probe met."""
    if refusal.operation not in _OPERATIONS.get(probe.call, set()):
        return False
    return not probe.names or any(fnmatchcase(refusal.name, name) for name in probe.names)


def _detail(answer: Answer | None) -> str:
    if answer is None:
        return "no answer came"
    if answer.outcome == "refused":
        return errno.errorcode.get(answer.number, str(answer.number))
    return f"{answer.outcome} by signal {answer.number}" if answer.outcome == "killed" else answer.outcome
