"""Renders the AppArmor profile of a role."""

import re
from collections.abc import Iterable, Iterator, Sequence

from hardening.model.policy import FileRule, NetworkRule
from hardening.model.profile import SignalRule

from . import patterns

Version = tuple[int, int]

PORTABLE: Version = (3, 0)
"""The oldest parser a node may have (Debian 12), and the one whose text every later parser reads too."""
MEDIATES_NAMESPACES: Version = (4, 0)
"""From this parser on `userns`, `io_uring` and `mqueue` rules exist; older ones reject the words."""

SIGNALLERS = ("unconfined", "runc", "crun", "dockerd", "containerd", "/usr/bin/dockerd", "/usr/sbin/dockerd")
"""Labels from which stop signals come: the engine, and the OCI runtimes, which AppArmor 4 labels by name."""

_COMMENT = re.compile(r"(?:^|\s)#(?!include).*")

HEADER = """\
# Made by `harden profile build` from the role's policy.yml and the evidence beside it. Do not edit: build again.
# Whatever is not allowed below is refused and logged."""


def profile_name(role: str) -> str:
    """A role's profile as the kernel lists it."""
    return f"harden-{role}"


def rules(text: str) -> list[str]:
    """The lines of a profile that say something, without comments; `#include` is none, wherever it stands."""
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def render(  # noqa: PLR0913 - a profile has as many parts
    role: str,
    files: Iterable[FileRule],
    network: Iterable[NetworkRule],
    capabilities: Iterable[str],
    parser: Version = PORTABLE,
    *,
    signals: Iterable[SignalRule] = (),
) -> str:
    """The text of a role's profile.

    Args:
        role: such as `nginx`.
        files: what it may use. Rules for one path are merged.
        network: sockets it may open.
        capabilities: such as `net_bind_service`; usually none.
        parser: version of the `apparmor_parser` that will read the text, such as (4, 1).
        signals: to and from others than the engine and the container itself.
    """
    name = profile_name(role)
    recent = parser >= MEDIATES_NAMESPACES
    blocks = [
        *_listed("Sockets", [_network(rule) for rule in _distinct(network)]),
        *_listed("Capabilities", [f"capability {each}," for each in sorted(set(capabilities))]),
        _block(
            "Stop signals come from the engine; the processes of one container may signal each other",
            _signals(name, signals),
        ),
        _block("A process may look at its neighbours in the container, and trace nobody", [_ptrace(name)]),
        _block("The ways into other parts of the machine", _denied(recent=recent)),
        _block("Files", _files(files)),
    ]
    opening = f"profile {name} flags=(attach_disconnected,mediate_deleted) {{"
    version = "4.0" if recent else "3.0"
    return "\n".join([HEADER, f"abi <abi/{version}>,", "", opening, "\n\n".join(blocks), "}", ""])


def _block(title: str, rules: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in (f"# {title}", *rules))


def _listed(title: str, rules: Sequence[str]) -> Iterator[str]:
    if rules:
        yield _block(title, rules)


def _distinct(network: Iterable[NetworkRule]) -> list[NetworkRule]:
    return sorted(set(network), key=lambda rule: (rule.family, rule.type))


def _network(rule: NetworkRule) -> str:
    return f"network {rule.family} {rule.type}".rstrip() + ","


def _signals(name: str, others: Iterable[SignalRule]) -> list[str]:
    received = [f"signal (receive) peer={label}," for label in SIGNALLERS]
    named = [f"signal ({each.direction}) set=({each.signal}) peer={each.peer}," for each in sorted(others)]
    return [*received, f"signal (send, receive) peer={name},", *named]


def _ptrace(name: str) -> str:
    return f"ptrace (read, readby) peer={name},"


def _denied(*, recent: bool) -> list[str]:
    rules = ["deny mount,", "deny remount,", "deny umount,", "deny pivot_root,"]
    return [*rules, "deny userns,", "deny io_uring,", "deny mqueue,"] if recent else rules


def _files(files: Iterable[FileRule]) -> list[str]:
    """One line for each path, with the reasons behind it; paths in order, so that a change shows as one line."""
    access: dict[str, set[str]] = {}
    reasons: dict[str, list[str]] = {}
    for rule in files:
        access.setdefault(rule.path, set()).update(patterns.letters(rule.access))
        known = reasons.setdefault(rule.path, [])
        if rule.why and rule.why not in known:
            known.append(rule.why)
    return [_file(path, access[path], "; ".join(reasons[path])) for path in sorted(access)]


def _file(path: str, access: set[str], why: str) -> str:
    return f"{path} {patterns.access_of(access)}," + (f"  # {why}" if why else "")
