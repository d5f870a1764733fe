"""Renders the seccomp filter of a role."""

import json
from collections.abc import Iterable

from hardening.model.policy import ArgumentRule, SeccompAction

from .arguments import COMPARED
from .syscalls import newer_calls

EPERM, ENOSYS = 1, 38
ARCHITECTURES = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")
"""No 32-bit ones: their calls have other numbers, and a service has no 32-bit code."""

Rule = dict[str, object]


def render(syscalls: Iterable[str], arguments: Iterable[ArgumentRule]) -> str:
    """A filter that allows the named calls and answers all others with an errno.

    The same text is a valid engine profile and a valid OCI `linux.seccomp`. Calls a program may try before it takes an
    older way answer ENOSYS, and so do calls that are newer than all named here: runtimes see to those.

    Args:
        syscalls: names of the calls to allow.
        arguments: values to which some of them are held.
    """
    allowed = set(syscalls)
    newer = sorted(newer_calls() - allowed)
    guarded = [_only_when(rule) for rule in arguments if rule.call in allowed]
    held = {rule.call for rule in arguments} | ({"socket"} & allowed)
    rules: list[Rule] = [
        {"names": sorted(allowed - held), "action": SeccompAction.ALLOW},
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


def _only_when(rule: ArgumentRule) -> Rule:
    """Allow a call when the bits that count of each compared argument are as the rule says."""
    masks = COMPARED[rule.call]
    compared = [
        {"index": index, "value": masks[index], "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
        for index, value in sorted(rule.values.items())
    ]
    return {"names": [rule.call], "action": SeccompAction.ALLOW, "args": compared}
