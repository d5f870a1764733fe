"""Does the kernel's audit system watch a path?"""

import itertools
import posixpath
from collections.abc import Callable, Iterable, Iterator

from hardening.model.facts import NodeFacts
from hardening.model.known import Known, Unavailable

from .files import inode
from .verdict import Answer, all_of, given


def watched(*paths: str) -> Callable[[NodeFacts], Answer]:
    """A judge that asks for an audit rule on each path that exists on the node."""

    def judge(machine: NodeFacts) -> Answer:
        return given(machine.audit_rules, lambda rules: _compare(machine, paths, rules))

    return judge


def _compare(machine: NodeFacts, paths: Iterable[str], rules: tuple[str, ...]) -> Answer:
    guarded = set(_guarded(rules))
    return all_of(
        _observations(machine, paths, guarded),
        fine="a rule watches each one that exists",
        expected="an audit rule on " + ", ".join(paths),
        nothing="none of " + ", ".join(paths) + " exists on this node",
    )


def _observations(machine: NodeFacts, paths: Iterable[str], guarded: set[str]) -> Iterator[str | Unavailable | None]:
    for path in paths:
        match inode(machine, path):
            case Unavailable() as gap:
                yield gap
            case Known(value=None):
                continue
            case Known():
                yield None if _covered(path, guarded) else f"no rule watches {path}"


def _guarded(rules: Iterable[str]) -> Iterator[str]:
    """Paths that rules watch, in both of auditctl's forms: `-w PATH` and `-F path=PATH`, `-F dir=PATH`."""
    for rule in rules:
        words = rule.split()
        if any(word.startswith("never,") for word in words):
            continue  # it keeps events out of the log
        for option, value in itertools.pairwise(words):
            if option == "-w":
                yield _plain(value)
            if option == "-F" and value.startswith(("path=", "dir=")):
                yield _plain(value.partition("=")[2])


def _covered(path: str, guarded: set[str]) -> bool:
    """A rule on a folder watches everything below it."""
    path = _plain(path)
    while path not in guarded:
        if path in {"/", ""}:
            return False
        path = posixpath.dirname(path)
    return True


def _plain(path: str) -> str:
    """One spelling for what merged systems know under two: /lib is /usr/lib, /var/run is /run."""
    path = posixpath.normpath(path)
    for old, new in (("/lib", "/usr/lib"), ("/bin", "/usr/bin"), ("/sbin", "/usr/sbin"), ("/var/run", "/run")):
        if path == old or path.startswith(old + "/"):
            return new + path.removeprefix(old)
    return path
