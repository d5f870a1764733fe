"""Two profiles side by side, in powers, not in lines."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from hardening.model.policy import Egress, FileRule, RoleProfile, SeccompAction

from . import apparmor, patterns, powers
from .apparmor import SIGNALLERS
from .arguments import ADDRESS_FAMILIES, SOCKET_TYPES

DOCKER_DEFAULT = "docker-default"

_FILE = re.compile(r"^(?:(?:allow|audit|owner)\s+)*(/\S*)\s+([a-z]+),$")
_SIGNAL = re.compile(r"^signal \((\w+)\) set=\((\S+)\) peer=(\S+),$")
_OF_EVERY_PROFILE = re.compile(
    rf"signal \(receive\) peer=(?:{'|'.join(map(re.escape, SIGNALLERS))}),"
    r"|(?:signal \(send, receive\)|ptrace \(read, readby\)) peer=harden-\S+,"
    r"|(?:deny|abi|profile).*|[{}]"
)
_ALL_FILES = FileRule("/**", "mrwix")
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
    for rule in json.loads(profile.seccomp)["syscalls"]:
        if rule["action"] == SeccompAction.ALLOW:
            for call in rule["names"]:
                found[powers.power(call)].add(_with_values(call, rule.get("args", [])))
    for line in apparmor.rules(profile.apparmor):
        for power, thing in _read_rule(line):
            found[power].add(thing)
    if profile.egress is Egress.ANY:
        found[powers.LEAVE].add("anywhere")
    if not profile.no_new_privileges:
        found[powers.GAIN].add("setuid programs")
    return Powers({power: tuple(sorted(things)) for power, things in sorted(found.items())})


def _read_rule(line: str) -> Iterator[tuple[str, str]]:
    """(power, thing) of an AppArmor rule; nothing for those that every profile has, and a power for those not known."""
    if _OF_EVERY_PROFILE.fullmatch(line):
        return
    if re.fullmatch(r"(?:(?:allow|audit)\s+)*file,", line):
        yield from ((power, _ALL_FILES.path) for power in _file_powers(_ALL_FILES))
    elif file := _FILE.match(line):
        yield from ((power, file[1]) for power in _file_powers(FileRule(file[1], file[2])))
    elif network := _NETWORK.match(line):
        yield _socket_power(network[1], network[2]), f"{network[1]} {network[2]}".rstrip()
    elif capability := _CAPABILITY.match(line):
        yield from (("capabilities", each) for each in capability[1].split())
    elif signal := _SIGNAL.match(line):
        yield "signal other programs", f"{signal[1]} {signal[2]} peer={signal[3]}"
    else:
        yield "rules that no profile made here has", line.removesuffix(",")


def docker_default() -> Powers:
    """What Docker's own profiles let a container do that gets no added capabilities: all files, all common sockets."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for call in powers.docker_default():
        found[powers.power(call)].add(call)
    for family in ("unix", "inet", "inet6"):
        found["open sockets"] |= {f"{family} {kind}" for kind in SOCKET_TYPES if kind != "raw"}
    found[powers.LEAVE].add("anywhere")
    found[powers.GAIN].add("setuid programs")
    found["open raw sockets"] |= {"inet raw", "inet6 raw", "packet raw"}
    found["speak to the kernel by netlink"].add("netlink raw")
    for deed in ("read files", "write files", "run programs", "load code"):
        found[deed].add("/**")
    found["capabilities"] |= {"audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod"}
    found["capabilities"] |= {"net_bind_service", "net_raw", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot"}
    return Powers({power: tuple(sorted(things)) for power, things in sorted(found.items())})


def changes(first: Powers, second: Powers) -> tuple[Change, ...]:
    """What the second has more and less than the first."""
    found = []
    for power in sorted({*first.by_name, *second.by_name}):
        before, after = first.by_name.get(power, ()), second.by_name.get(power, ())
        gained, lost = _beyond(after, before), _beyond(before, after)
        if gained or lost:
            found.append(Change(power, gained, lost, whole=not (before and after)))
    return tuple(found)


def _beyond(these: Iterable[str], those: Iterable[str]) -> tuple[str, ...]:
    """What is not in the others, nor under a pattern of theirs, nor a value of a call that they have with any."""
    known = set(those)
    held = {each.partition(" ")[0] for each in known if " " in each}
    rules = [FileRule(each, "r") for each in known if each.startswith("/")]
    return tuple(
        f"{each} (any)" if each in held else each
        for each in these
        if not known & {each, each.partition(" ")[0]}
        and not (each.startswith("/") and any(patterns.covers(rule, patterns.example(each), ()) for rule in rules))
    )


def _with_values(call: str, compared: list[dict[str, int]]) -> str:
    """A call that is held to values counts once for each, but for those every service has."""
    if not compared or call in {"socket", "clone"}:
        return call
    values = sorted((each["index"], each.get("valueTwo", each["value"])) for each in compared)
    return f"{call} {' '.join(f'{at}={value:#x}' for at, value in values)}"


def _socket_power(family: str, kind: str) -> str:
    if family == "netlink":
        return "speak to the kernel by netlink"
    raw = kind in {"raw", ""} and family != "unix"
    return "open raw sockets" if raw or family not in ADDRESS_FAMILIES else "open sockets"


def _file_powers(rule: FileRule) -> list[str]:
    access = patterns.letters(rule.access)
    deeds = {"read files": {"r"}, "write files": {"w", "a"}, "run programs": {"ix"}, "load code": {"m"}}
    return [deed for deed, needed in deeds.items() if access & needed]
