"""Does the kernel's audit system watch a path?"""

import itertools
import posixpath
from collections.abc import Callable, Iterable, Iterator

from hardening.model.facts import NodeFacts
from hardening.model.known import Known, Unavailable

from .files import inode
from .verdict import Answer, all_of, given

OFF = "-e 0"
"""What stands among the rules where the kernel's audit is switched off: it works by none of them."""


def watched(*paths: str) -> Callable[[NodeFacts], Answer]:
    """A judge that asks for an audit rule on each path that exists on the node."""

    def judge(machine: NodeFacts) -> Answer:
        return given(machine.audit_rules, lambda rules: _compare(machine, paths, rules))

    return judge


def _compare(machine: NodeFacts, paths: Iterable[str], rules: tuple[str, ...]) -> Answer:
    guarded = set(_guarded(rules))
    switched_off = ["the kernel's audit is switched off (`auditctl -e 1`)"] if OFF in rules else []
    return all_of(
        [*switched_off, *_observations(machine, paths, guarded)],
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
    """Paths that rules watch for writing, in both of auditctl's forms: `-w PATH` and `-F path=PATH`, `-F dir=PATH`."""
    for rule in rules:
        words = rule.split()
        if not _records_writing(words):
            continue
        for option, value in itertools.pairwise(words):
            if option == "-w":
                yield _plain(value)
            if option == "-F" and value.startswith(("path=", "dir=")):
                yield _plain(value.partition("=")[2])


def _records_writing(words: list[str]) -> bool:
    """Not a rule that keeps records out, nor one that asks for reading or running alone."""
    pairs = list(itertools.pairwise(words))
    if any(option in {"-a", "-A"} and {"never", "exclude"} & set(value.split(",")) for option, value in pairs):
        return False
    asked = [value for option, value in pairs if option == "-p"]
    asked += [value.partition("=")[2] for option, value in pairs if option == "-F" and value.startswith("perm=")]
    return all("w" in kinds for kinds in asked)


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
