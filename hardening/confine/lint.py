"""What a profile may never hold, whoever wrote it."""

import json
import re
from collections.abc import Container, Iterator

from hardening.model.capabilities import DANGEROUS_CAPABILITIES
from hardening.model.policy import Egress, FileRule, RoleProfile, SeccompAction

from . import patterns
from .syscalls import DANGEROUS, numbers

PATH = re.compile(r"/(?:[^\s\"#,{}\[\]]|\[[^\s\"#,{}\[\]]+\]|\{[^\s\"#{}]*\})*")
ACCESS = re.compile(r"(?=.)m?r?(?:w|a)?k?l?(?:ix)?")

_PAST_THE_FENCE = frozenset({"net_admin", "net_raw"})
"""Capabilities that the runtime takes from a container with `egress: none`."""

_BARE = re.compile(r"^(?:allow\s+|audit\s+)*(file|capability|network|mount|umount|remount|pivot_root|ptrace|signal|"
                   r"unix|dbus|all|userns|io_uring|mqueue|change_profile)\s*,$")  # fmt: skip
_EXEC = re.compile(r"\s[mrwakl]*([pPcCuU]i?x|[pPcC]ux)\s*(?:->.*)?,$")
_WRITE_AND_RUN = re.compile(r"^\S+\s+(?=[a-z]*[wa])(?=[a-z]*(?:ix|m))[a-z]+,$")
_EVERYWHERE = re.compile(r"^/\{?,?\*\*\}?\s+[a-z]*(?:w|a|x|m)[a-z]*,$")
_FILE = re.compile(r"^(/\S+)\s+([a-z]+),$")
_CAPABILITY = re.compile(r"^capability\s+([a-z_ ]+),$")
_FORMS = re.compile(
    r"/\S* [a-z]+,|network \w+(?: \w+)?,|capability [a-z_]+,|signal \([a-z, ]+\)(?: set=\(\S+\))? peer=\S+,"
    r"|ptrace \(read, readby\) peer=harden-\S+,|deny \w+,|abi <abi/[0-9.]+>,|profile \S+ flags=\(\S+\) \{|\}"
)
"""Every line that `build` writes. Whatever else stands in a file, `include` for one, could allow anything unseen."""


def forbidden_syscall(name: str) -> str:
    """Why no policy may allow a call, only a review; empty when it may."""
    if name in DANGEROUS:
        return f"`{name}` reaches the machine or other processes, no service has it without a review"
    return ""


def forbidden_file(rule: FileRule) -> str:
    """Why a file rule may not be; empty when it may."""
    if not PATH.fullmatch(rule.path):
        return f"`{rule.path}` is no absolute path pattern"
    if not ACCESS.fullmatch(rule.access):
        return f"`{rule.access}` is no access: letters of `mrwakl` in this order, then perhaps `ix`"
    if len(rule.why.splitlines()) > 1:
        return "`why` is one line"
    return next(_file_problems(f"{rule.path} {rule.access},"), "")


def lint(profile: RoleProfile, reviewed: Container[str] = ()) -> tuple[str, ...]:
    """Everything in a profile that breaks the rules, one sentence each; empty when it is sound.

    `reviewed` has the dangerous system calls and capabilities that a reviewer accepted, by name.
    """
    return (*_apparmor_problems(profile, reviewed), *_seccomp_problems(profile.seccomp, reviewed))


def _apparmor_problems(profile: RoleProfile, reviewed: Container[str]) -> Iterator[str]:
    lines = [line.strip().partition(" #")[0].strip() for line in profile.apparmor.splitlines()]
    rules = [line for line in lines if line and (not line.startswith("#") or line.startswith("#include"))]
    if not any(re.match(rf"profile {re.escape(profile.apparmor_name)}\s.*\{{$", rule) for rule in rules):
        yield f"AppArmor: there is no profile {profile.apparmor_name} in it"
    for rule in rules:
        if rule.startswith("profile ") and re.search(r"flags=\([^)]*(unconfined|complain|allow|default_allow)", rule):
            yield f"AppArmor: `{rule}` enforces nothing"
        if bare := _BARE.match(rule):
            yield f"AppArmor: bare `{bare[1]},` allows all of its kind"
        if rule.startswith("change_profile"):
            yield f"AppArmor: `{rule}` lets the service leave its profile"
        if capability := _CAPABILITY.match(rule):
            bad = sorted(DANGEROUS_CAPABILITIES.intersection(capability[1].split()))
            yield from (f"AppArmor: capability {each} reaches the machine" for each in bad if each not in reviewed)
            if profile.egress is Egress.NONE:
                past = sorted(_PAST_THE_FENCE.intersection(capability[1].split()))
                yield from (f"AppArmor: capability {each} is taken away by `egress: none`" for each in past)
        yield from (f"AppArmor: {problem}" for problem in _file_problems(rule))
    strange = (rule for rule in rules if not _FORMS.fullmatch(rule) and not _BARE.match(rule))
    yield from (
        f"AppArmor: `{rule}` is in no form that `build` writes: what it allows is not known" for rule in strange
    )
    yield from (f"AppArmor: {problem}" for problem in _written_and_run(rules))
    for kind in ("mount", "umount", "pivot_root"):
        if f"deny {kind}," not in rules:
            yield f"AppArmor: `deny {kind},` is missing"


def _written_and_run(rules: list[str]) -> Iterator[str]:
    """What one rule lets it write and another lets it run."""
    files = [FileRule(*match.groups()) for rule in rules if (match := _FILE.match(rule))]
    written = [each for each in files if patterns.letters(each.access) & {"w", "a"}]
    for each in files:
        if patterns.letters(each.access) & {"ix", "m"}:
            example = patterns.example(each.path)
            by = next((other.path for other in written if other != each and patterns.covers(other, example, ())), "")
            if by:
                yield f"`{each.path}` may be run, and `{by}` lets the service write it"


def _file_problems(rule: str) -> Iterator[str]:
    if not rule.startswith("/"):
        return
    if _EXEC.search(rule):
        yield f"`{rule}` changes the profile on exec, which no-new-privileges refuses: use `ix`"
    if _WRITE_AND_RUN.match(rule):
        yield f"`{rule}` lets the service run what it wrote"
    if _EVERYWHERE.match(rule):
        yield f"`{rule}` covers every file there is"


def _seccomp_problems(text: str, reviewed: Container[str]) -> Iterator[str]:
    document = json.loads(text)
    if document.get("defaultAction") != SeccompAction.ERRNO:
        yield f"seccomp: the default action is {document.get('defaultAction')}, not {SeccompAction.ERRNO.value}"
    named: set[str] = set()
    for rule in document.get("syscalls", []):
        if extra := sorted(rule.keys() - {"names", "action", "errnoRet", "args"}):
            yield f"seccomp: `{extra[0]}` is not OCI, the runtime would ignore it"
        if rule["action"] not in tuple(SeccompAction):
            yield f"seccomp: action {rule['action']} is neither an errno nor an allowance"
        if rule["action"] == SeccompAction.ALLOW:
            yield from _allowance_problems(rule["names"], reviewed, guarded=bool(rule.get("args")))
            if doubled := sorted(named.intersection(rule["names"])):
                yield f"seccomp: `{doubled[0]}` is allowed without conditions elsewhere"
            named |= set() if rule.get("args") else set(rule["names"])


def _allowance_problems(names: list[str], reviewed: Container[str], *, guarded: bool) -> Iterator[str]:
    for name in names:
        if name not in numbers():
            yield f"seccomp: `{name}` is no Linux system call"
        if (reason := forbidden_syscall(name)) and name not in reviewed:
            yield f"seccomp: {reason}"
        if name == "clone" and not guarded:
            yield "seccomp: `clone` without a look at its flags makes namespaces"
        if name == "socket" and not guarded:
            yield "seccomp: `socket` without a look at the family reaches rarely used kernel code"
