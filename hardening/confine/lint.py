"""What a profile may never hold, whoever wrote it."""

import functools
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from hardening.model.capabilities import CAPABILITIES, DANGEROUS_CAPABILITIES
from hardening.model.policy import Egress, FileRule, RoleProfile, SeccompAction

from . import apparmor, globs, patterns
from .apparmor import SIGNALLERS
from .arguments import ADDRESS_FAMILIES, COMPARED
from .seccomp import ARCHITECTURES, ENOSYS, EPERM
from .syscalls import DANGEROUS, FALLS_BACK, newer_calls, numbers

_PLAIN = r"[^\s\"!#,{}\[\]\\@]|@(?!\{)|\[\^?(?:[\w.](?:-[\w.])?)+\]"
"""A character of a path, or one of several. Escapes and variables would mean something else here than to AppArmor."""
PATH = re.compile(rf"/(?:{_PLAIN}|\{{(?:{_PLAIN})*(?:,(?!,)(?:{_PLAIN})*)+\}})*")
ACCESS = re.compile(r"(?=.)m?r?(?:w|a)?k?l?(?:ix)?")

_PAST_THE_FENCE = frozenset({"net_admin", "net_raw"})
"""Capabilities that the runtime takes from a container with `egress: none`."""

_BARE = re.compile(r"^(?:allow\s+|audit\s+)*(file|capability|network|mount|umount|remount|pivot_root|ptrace|signal|"
                   r"unix|dbus|all|userns|io_uring|mqueue|change_profile)\s*,$")  # fmt: skip
_EXEC = re.compile(r"\s[mrwakl]*([pPcCuU]i?x|[pPcC]ux)\s*(?:->.*)?,$")
_WRITE_AND_RUN = re.compile(r"^\S+\s+(?=[a-z]*[wa])(?=[a-z]*(?:ix|m))[a-z]+,$")
_STEERING = (
    "/proc/{acpi,bus,fs,irq,scsi,sys}/**",
    "/proc/{kcore,mtrr,sysrq-trigger}",
    "/sys/**",
    "/dev/{kmem,mem,port}",
    "/dev/{dm-,hd,loop,md,mmcblk,nbd,nvme,sd,vd,xvd}*",
    "/dev/{block,disk,mapper}/**",
    "/{,var/}run/{containerd,crio,docker,docker.sock,podman}{,/**}",
)
"""Files by which the machine is steered: the kernel's settings, memory, disks, the engine. Who may write one is out."""
_WRITES, _RUNS = frozenset({"w", "a"}), frozenset({"m", "ix"})
_CHANGES = _WRITES | _RUNS | {"l"}
_TOP = ("bin", "boot", "dev", "etc", "home", "lib", "opt", "proc", "root", "run", "sbin", "srv", "sys", "usr", "var")
"""Folders of every system. A rule that changes all below one of them has to name it."""
_FILE = re.compile(r"^(/\S*)\s+([a-z]+),$")
_CAPABILITY = re.compile(r"^capability\s+([a-z_ ]+),$")
_NETWORK = re.compile(r"network (\w+(?: \w+)?),")
_SIGNAL = re.compile(r"signal \((send|receive)\) set=\(([a-z0-9+]+)\) peer=([\w./:&=+-]+),")
SIGNAL = re.compile(r"(?:send|receive) [a-z0-9+]+ peer=[\w./:&=+-]+")
"""A signal to or from another program, as a question names it."""


@functools.cache
def _forms(name: str) -> re.Pattern[str]:
    """Every line that `build` writes. Whatever else stands in a file, such as `include`, could allow anything."""
    own = re.escape(name)
    return re.compile(
        rf"(?:{PATH.pattern}) {ACCESS.pattern},|{_NETWORK.pattern}|capability [a-z_]+,|{_SIGNAL.pattern}"
        rf"|signal \(receive\) peer=(?:{'|'.join(map(re.escape, SIGNALLERS))}),|signal \(send, receive\) peer={own},"
        rf"|ptrace \(read, readby\) peer={own},|deny \w+,|abi <abi/[0-9.]+>,"
        rf"|profile {own} flags=\(attach_disconnected,mediate_deleted\) \{{|\}}"
    )


def forbidden_syscall(name: str) -> str:
    """Why no policy may allow a call, only a review; empty when it may."""
    if name in DANGEROUS:
        return f"`{name}` reaches the machine or other processes, no service has it without a review"
    if name in FALLS_BACK:
        return f"`{name}` can make namespaces, and its flags cannot be looked at: programs go on with `clone`"
    return ""


def forbidden_file(rule: FileRule) -> str:
    """Why a file rule may not be; empty when it may."""
    if not (PATH.fullmatch(rule.path) and globs.is_pattern(rule.path)):
        return f"`{rule.path}` is no absolute path pattern, of plain characters, `*`, `**`, `?`, `[a-z]` and `{{a,b}}`"
    if not ACCESS.fullmatch(rule.access):
        return f"`{rule.access}` is no access: letters of `mrwakl` in this order, then perhaps `ix`"
    if rule.why.splitlines() not in ([], [rule.why]):
        return "`why` is one line"
    return next(_file_problems(f"{rule.path} {rule.access},"), "")


def steers_machine(rule: FileRule) -> str:
    """Why no policy may allow files to be written, only a review; empty when it may."""
    if patterns.letters(rule.access) & _WRITES:
        for each in _STEERING:
            if globs.meets(rule.path, each):
                why = f"`{rule.path} {rule.access}` writes what steers the machine"
                return f"{why} ({each}), no service does so without a review"
    return ""


def written_and_run(rule: FileRule, others: Iterable[FileRule]) -> str:
    """Why a file rule may not be beside others: AppArmor adds up rules that meet in a path. Empty when it may."""
    for other in others:
        for run, written in ((rule, other), (other, rule)):
            both = patterns.letters(run.access) & _RUNS and patterns.letters(written.access) & _WRITES
            if both and globs.meets(run.path, written.path):
                return (
                    f"`{run.path}` may be run, and `{written.path}` lets the service write some of it: what it writes "
                    "belongs into a folder of its own, without programs and libraries"
                )
    return ""


def lint(profile: RoleProfile, reviewed: Collection[str] = ()) -> tuple[str, ...]:
    """Everything in a profile that breaks the rules, one sentence each; empty when it is sound.

    `reviewed` has what a reviewer accepted, by name: dangerous system calls, capabilities, paths with their access.
    """
    return (*_apparmor_problems(profile, reviewed), *_seccomp_problems(profile.seccomp, reviewed))


def _apparmor_problems(profile: RoleProfile, reviewed: Collection[str]) -> Iterator[str]:
    rules = apparmor.rules(profile.apparmor)
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
            unknown = sorted(set(capability[1].split()).difference(CAPABILITIES))
            yield from (f"AppArmor: `{each}` is no capability" for each in unknown)
            bad = sorted(DANGEROUS_CAPABILITIES.intersection(capability[1].split()))
            yield from (f"AppArmor: capability {each} reaches the machine" for each in bad if each not in reviewed)
            if profile.egress is Egress.NONE:
                past = sorted(_PAST_THE_FENCE.intersection(capability[1].split()))
                yield from (f"AppArmor: capability {each} is taken away by `egress: none`" for each in past)
        yield from (f"AppArmor: {problem}" for problem in (*_file_problems(rule), *_unreviewed(rule, reviewed)))
    forms = _forms(profile.apparmor_name)
    known = (forms.fullmatch(rule) and (not rule.startswith("/") or _file(rule)) for rule in rules)
    strange = (rule for rule, is_known in zip(rules, known, strict=True) if not is_known and not _BARE.match(rule))
    yield from (
        f"AppArmor: `{rule}` is in no form that `build` writes: what it allows is not known" for rule in strange
    )
    files = [found for rule in rules if (found := _file(rule))]
    both = (written_and_run(each, files[:index]) for index, each in enumerate(files))
    yield from (f"AppArmor: {problem}" for problem in both if problem)
    for kind in ("mount", "umount", "pivot_root"):
        if f"deny {kind}," not in rules:
            yield f"AppArmor: `deny {kind},` is missing"


def _unreviewed(text: str, reviewed: Collection[str]) -> Iterator[str]:
    """What a rule allows that only a reviewer may."""
    if (signal := _SIGNAL.fullmatch(text)) and "{} {} peer={}".format(*signal.groups()) not in reviewed:
        yield f"`{text}` signals other programs, no service does so without a review"
    network = _NETWORK.fullmatch(text)
    if network and network[1].split()[0] not in ADDRESS_FAMILIES and network[1] not in reviewed:
        yield f"`{text}` reaches rarely used kernel code, no service does so without a review"
    if (rule := _file(text)) and (reason := steers_machine(rule)):
        accepted = (each.rpartition(" ") for each in reviewed)
        letters = {letter for path, _, access in accepted if path == rule.path for letter in patterns.letters(access)}
        if patterns.letters(rule.access) & _WRITES - letters:
            yield reason


def _file(text: str) -> FileRule | None:
    """The file rule of a line, if its path can be understood; if not, the line is in no known form."""
    match = _FILE.match(text)
    return FileRule(*match.groups()) if match and globs.is_pattern(match[1]) else None


def _file_problems(rule: str) -> Iterator[str]:
    if not rule.startswith("/"):
        return
    if _EXEC.search(rule):
        yield f"`{rule}` changes the profile on exec, which no-new-privileges refuses: use `ix`"
    if _WRITE_AND_RUN.match(rule):
        yield f"`{rule}` lets the service run what it wrote"
    found = _file(rule)
    if found and patterns.letters(found.access) & _CHANGES and (folder := _unnamed(found.path)):
        yield f"`{rule}` covers every file there is, or all below folders that it does not name, such as /{folder}"


def _unnamed(path: str) -> str:
    """A system's folder of which a pattern covers all files, or all folders, without its name in it."""
    named = set(re.findall(r"\w+", path))
    wide = (
        each
        for each in _TOP
        if each not in named and any(globs.contains([path], f"/{each}/{below}") for below in ("**[^/]", "**/"))
    )
    return next(wide, "")


def _seccomp_problems(text: str, reviewed: Collection[str]) -> Iterator[str]:
    document = json.loads(text)
    if document.get("defaultAction") != SeccompAction.ERRNO:
        yield f"seccomp: the default action is {document.get('defaultAction')}, not {SeccompAction.ERRNO.value}"
    yield from (f"seccomp: {problem}" for problem in _frame_problems(document))
    named: set[str] = set()
    for rule in document.get("syscalls", []):
        if extra := sorted(rule.keys() - {"names", "action", "errnoRet", "args"}):
            yield f"seccomp: `{extra[0]}` is not OCI, the runtime would ignore it"
        if rule["action"] not in tuple(SeccompAction):
            yield f"seccomp: action {rule['action']} is neither an errno nor an allowance"
        if rule["action"] == SeccompAction.ERRNO and rule.get("errnoRet", EPERM) not in {EPERM, ENOSYS}:
            yield f"seccomp: errno {rule['errnoRet']} tells no program that it was refused"
        if strange := sorted({name for name in rule["names"] for each in rule.get("args", []) if _is_odd(name, each)}):
            yield f"seccomp: `{strange[0]}` is compared in a way that `build` does not write"
        if rule["action"] == SeccompAction.ALLOW:
            yield from _allowance_problems(rule["names"], reviewed, guarded=bool(rule.get("args")))
            if doubled := sorted(named.intersection(rule["names"])):
                yield f"seccomp: `{doubled[0]}` is allowed without conditions elsewhere"
            named |= set() if rule.get("args") else set(rule["names"])


def _frame_problems(document: dict[str, Any]) -> Iterator[str]:
    """What is wrong around the rules, and which calls lack the errno by which programs take their older way."""
    if extra := sorted(document.keys() - {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}):
        yield f"`{extra[0]}` is nothing that `build` writes"
    if document.get("defaultErrnoRet") != EPERM:
        yield f"the default errno is {document.get('defaultErrnoRet')}, not {EPERM}"
    if document.get("architectures") != list(ARCHITECTURES):
        yield f"the architectures are not {' and '.join(ARCHITECTURES)}: calls of others have other numbers"
    answered = {
        name
        for rule in document.get("syscalls", [])
        for name in rule["names"]
        if rule["action"] == SeccompAction.ALLOW or rule.get("errnoRet") == ENOSYS
    }
    if missing := sorted(newer_calls() - answered):
        yield f"`{missing[0]}` does not answer ENOSYS, by which programs take their older way"


def _is_odd(call: str, compared: dict[str, object]) -> bool:
    mask = COMPARED.get(call, {}).get(int(str(compared["index"])))
    return mask is None or compared.get("value") != mask or compared.get("op") != "SCMP_CMP_MASKED_EQ"


def _allowance_problems(names: list[str], reviewed: Collection[str], *, guarded: bool) -> Iterator[str]:
    for name in names:
        if name not in numbers():
            yield f"seccomp: `{name}` is no Linux system call"
        if (reason := forbidden_syscall(name)) and name not in reviewed:
            yield f"seccomp: {reason}"
        if name == "clone" and not guarded:
            yield "seccomp: `clone` without a look at its flags makes namespaces"
        if name == "socket" and not guarded:
            yield "seccomp: `socket` without a look at the family reaches rarely used kernel code"
