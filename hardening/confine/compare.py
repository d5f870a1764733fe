"""Two profiles side by side, in powers, not in lines."""

import functools
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec import Struct

from hardening.model.policy import Egress, FileRule, RoleProfile

from . import apparmor, globs, patterns, powers
from .apparmor import SIGNALLERS
from .arguments import ADDRESS_FAMILIES, COMPARED, SOCKET_TYPES
from .seccomp import ARCHITECTURES
from .syscalls import numbers

DOCKER_DEFAULT = "docker-default"

_FILE = re.compile(r"^(?:(?:allow|audit)\s+)*(/\S*)\s+([a-z]+),$")
_SIGNAL = re.compile(r"^signal \((\w+)\) set=\((\S+)\) peer=(\S+),$")
_NAME = re.compile(r"^profile (\S+) ", re.MULTILINE)
_DENIED = ("mount", "remount", "umount", "pivot_root")
_PASSING = frozenset({"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE"})
"""Actions by which a call may come to be made."""
_STRANGE = "rules that no profile made here has"
_NO_NAMESPACES = "clone 0=0x0"
_WITHIN = {"append to files": "write files"}
"""Powers that others have in them."""
_ALL_FILES = FileRule("/{,**}", "mrwklix")
"""What `file,` allows."""
_NETWORK = re.compile(r"^network\s+(\w+)\s*(\w*),$")
_CAPABILITY = re.compile(r"^capability\s+([a-z_ ]+),$")


class Powers(Struct, frozen=True):
    """Power -> the system calls, paths, sockets and capabilities that give it."""

    by_name: dict[str, tuple[str, ...]]


class Change(Struct, frozen=True):
    """A power of which the second profile has more or less than the first.

    Attributes:
        whole: whether one of the two has nothing of it at all.
    """

    power: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    whole: bool


def powers_of(profile: RoleProfile) -> Powers:
    """What a role's two files and its `egress` let a service do. Files are read as text, of any version."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for power, thing in (*_of_filter(json.loads(profile.seccomp)), *_of_rules(profile.apparmor)):
        found[power].add(thing)
    if profile.egress is Egress.ANY:
        found[powers.LEAVE].add("anywhere")
    if not profile.no_new_privileges:
        found[powers.GAIN].add("setuid programs")
    return Powers({power: tuple(sorted(things)) for power, things in sorted(found.items())})


def _of_filter(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(power, thing) of a filter. One that passes what it does not name gives every call that it does not refuse."""
    rules = document["syscalls"]
    for rule in rules:
        if rule["action"] in _PASSING:
            for call in rule["names"]:
                yield powers.power(call), _with_values(call, rule.get("args", []))
    if document.get("defaultAction") in _PASSING:
        yield "everything", "calls that no rule names"
        refused = {
            call for rule in rules if rule["action"] not in _PASSING and not rule.get("args") for call in rule["names"]
        }
        yield from ((powers.power(call), call) for call in numbers().keys() - refused)
    yield from ((_STRANGE, each) for each in document.get("architectures") or () if each not in ARCHITECTURES)
    known = {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}
    yield from ((_STRANGE, f"{key}: {json.dumps(document[key])}") for key in document.keys() - known)


def _of_rules(text: str) -> Iterator[tuple[str, str]]:
    """(power, thing) of AppArmor's rules; nothing for those that every profile has."""
    rules = apparmor.rules(text)
    name = _NAME.search("\n".join(rules))
    ordinary = _of_every_profile(name[1] if name else "")
    for rule in rules:
        if not ordinary.fullmatch(rule):
            yield from _of_rule(rule)
    yield from (
        ("pass denials that every profile made here has", kind) for kind in _DENIED if f"deny {kind}," not in rules
    )


@functools.cache
def _of_every_profile(name: str) -> re.Pattern[str]:
    own = re.escape(name)
    return re.compile(
        rf"signal \(receive\) peer=(?:{'|'.join(map(re.escape, SIGNALLERS))}),"
        rf"|(?:signal \(send, receive\)|ptrace \(read, readby\)) peer={own},"
        rf"|profile {own} flags=\(attach_disconnected,mediate_deleted\) \{{"
        r"|deny .*|abi <abi/[0-9.]+>,|\}"
    )


def _of_rule(line: str) -> Iterator[tuple[str, str]]:
    """(power, thing) of an AppArmor rule, and a power for those not known."""
    file = _FILE.match(line)
    if re.fullmatch(r"(?:(?:allow|audit)\s+)*file,", line):
        yield from ((power, _ALL_FILES.path) for power in _file_powers(_ALL_FILES))
    elif file and globs.is_pattern(file[1]):
        yield from ((power, file[1]) for power in _file_powers(FileRule(file[1], file[2])))
    elif network := _NETWORK.match(line):
        yield _socket_power(network[1], network[2]), f"{network[1]} {network[2]}".rstrip()
    elif capability := _CAPABILITY.match(line):
        yield from (("capabilities", each) for each in capability[1].split())
    elif signal := _SIGNAL.match(line):
        yield "signal other programs", f"{signal[1]} {signal[2]} peer={signal[3]}"
    else:
        yield _STRANGE, line.removesuffix(",")


def docker_default() -> Powers:
    """What Docker's own profiles let a container do that gets no added capabilities: all files, all common sockets."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for call in powers.docker_default():
        found[powers.power(call)].add(_NO_NAMESPACES if call == "clone" else call)
    for family in ("unix", "inet", "inet6"):
        found["open sockets"] |= {f"{family} {kind}" for kind in SOCKET_TYPES if kind != "raw"}
    found[powers.LEAVE].add("anywhere")
    found[powers.GAIN].add("setuid programs")
    found["open raw sockets"] |= {"inet raw", "inet6 raw", "packet raw"}
    found["speak to the kernel by netlink"].add("netlink raw")
    for deed in _file_powers(_ALL_FILES):
        found[deed].add(_ALL_FILES.path)
    found["capabilities"] |= {"audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod"}
    found["capabilities"] |= {"net_bind_service", "net_raw", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot"}
    return Powers({power: tuple(sorted(things)) for power, things in sorted(found.items())})


def changes(first: Powers, second: Powers) -> tuple[Change, ...]:
    """What the second has more and less than the first."""
    found = []
    for power in sorted({*first.by_name, *second.by_name}):
        before, after = first.by_name.get(power, ()), second.by_name.get(power, ())
        wider = _WITHIN.get(power, "")
        gained = _beyond(after, (*before, *first.by_name.get(wider, ())))
        lost = _beyond(before, (*after, *second.by_name.get(wider, ())))
        if gained or lost:
            found.append(Change(power, gained, lost, whole=not (before and after)))
    return tuple(found)


def _beyond(these: Iterable[str], those: Collection[str]) -> tuple[str, ...]:
    """What is not in the others, nor under patterns of theirs, nor a call with values that they have with fewer."""
    known: defaultdict[str, list[set[str]]] = defaultdict(list)
    for name, *values in map(str.split, those):
        known[name].append(set(values))
    wide = [each for each in those if each.startswith("/")]
    found = []
    for each in these:
        name, *values = each.split()
        if not any(fewer <= set(values) for fewer in known[name]) and not _lies_below(each, wide):
            found.append(f"{each} (any)" if known[name] and not values else each)
    return tuple(found)


def _lies_below(path: str, wide: Iterable[str]) -> bool:
    """Whether it is a pattern, and within others. A strange rule may begin like one."""
    return path.startswith("/") and globs.is_pattern(path) and globs.contains(filter(globs.is_pattern, wide), path)


def _with_values(call: str, compared: list[dict[str, Any]]) -> str:
    """A call that is held to values counts once for each."""
    values = sorted((each["index"], _value(COMPARED.get(call, {}).get(each["index"]), each)) for each in compared)
    return " ".join((call, *(f"{at}{value}" for at, value in values)))


def _value(mask: int | None, compared: dict[str, Any]) -> str:
    """The value of a comparison as `build` writes it; of any other, all that it says."""
    operator, value, second = compared.get("op"), compared["value"], compared.get("valueTwo", 0)
    if operator == "SCMP_CMP_MASKED_EQ" and value == mask:
        return f"={second:#x}"
    return f":{operator}:{value:#x}:{second:#x}"


def _socket_power(family: str, kind: str) -> str:
    if family == "netlink":
        return "speak to the kernel by netlink"
    raw = kind in {"raw", ""} and family != "unix"
    return "open raw sockets" if raw or family not in ADDRESS_FAMILIES else "open sockets"


def _file_powers(rule: FileRule) -> list[str]:
    access = patterns.letters(rule.access)
    deeds = {"read files": "r", "write files": "w", "append to files": "a", "make hard links": "l", "lock files": "k"}
    deeds |= {"run programs": "ix", "load code": "m"}
    return [deed for deed, needed in deeds.items() if needed in access]
