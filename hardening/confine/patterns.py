"""Rules for files: what they allow, and patterns that a person would write for recorded paths."""

import functools
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable

from hardening.model.policy import FileRule
from hardening.model.recording import FileUse

from . import globs

LETTERS = ("m", "r", "w", "a", "k", "l", "ix")
_MANY_WRITTEN, _MANY_READ = 4, 8
"""Files below one folder from which on it is a folder of data, whose names will be others, or one of things to read."""
_EVERYBODYS = frozenset(
    {"/", "/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/root", "/run", "/run/secrets"}
    | {"/sbin", "/srv", "/usr", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/local"}
    | {"/usr/local/bin", "/usr/local/lib", "/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log"}
    | {"/var/run"}
)
"""Folders that many programs share: a pattern for one of them would let in what is others'."""
_KERNELS = ("/proc/", "/sys/", "/dev/", "/proc", "/sys", "/dev")

_AWKWARD = re.compile(r"[\s\"!#,{}\[\]*?^\\@\x00-\x1f\x7f]")

_SHAPES = (
    (re.compile(r"//+"), "/"),
    (re.compile(r"^/proc/\d+/"), "/proc/[0-9]*/"),
    (re.compile(r"^/proc/self/"), "/proc/[0-9]*/"),
    (re.compile(r"^/proc/thread-self/"), "/proc/[0-9]*/task/[0-9]*/"),
    (re.compile(r"^(/proc/\[0-9\]\*)/task/\d+/"), r"\1/task/[0-9]*/"),
    (re.compile(r"^(/proc/\[0-9\]\*(?:/task/\[0-9\]\*)?)/fd(info)?/\d+$"), r"\1/fd\2/[0-9]*"),
    (re.compile(r"^/dev/pts/\d+$"), "/dev/pts/[0-9]*"),
    (re.compile(r"^(/sys/devices/system/(?:cpu/cpu|node/node))\d+(?=/|$)"), r"\1[0-9]*"),
)
"""Numbers that are other ones at every start. A pattern by these covers the same thing under another number.
The first is what AppArmor does itself."""


@functools.cache
def letters(access: str) -> frozenset[str]:
    """`mrix` as m, r, ix; a recorder's bare `x` is `ix`, the only way of execution that profiles here have."""
    bare = access.replace("ix", "x")
    return frozenset("ix" if letter == "x" else letter for letter in bare)


def access_of(found: Iterable[str]) -> str:
    """Letters in the order in which rules have them; writing has appending in it, and a rule may not say both."""
    known = set(found)
    return "".join(letter for letter in LETTERS if letter in known and not (letter == "a" and "w" in known))


def covers(rule: FileRule, path: str, access: Iterable[str]) -> bool:
    """Whether a rule allows this access to this path, or to all for which a pattern stands."""
    return set(access) <= granted(rule) and globs.contains([rule.path], path)


def granted(rule: FileRule) -> frozenset[str]:
    """What a rule allows; write includes append."""
    found = letters(rule.access)
    return found | {"a"} if "w" in found else found


def shaped(path: str) -> str:
    """A recorded path with the numbers of this one start taken out."""
    for pattern, replacement in _SHAPES:
        path = pattern.sub(replacement, path)
    return path


def literal(path: str) -> str:
    """A pattern for exactly one path.

    Whatever means something in a rule becomes `?`, any one byte, for each of its bytes: a service chooses the names of
    its files, and must not write rules with them.
    """
    return shaped(_AWKWARD.sub(lambda found: "?" * len(found[0].encode()), path))


def rule(path: str, access: str) -> FileRule:
    """A rule for exactly one path, whatever its name; see `literal`."""
    return FileRule(literal(path), access_of(letters(access)))


def exact(uses: Iterable[FileUse]) -> dict[str, set[str]]:
    """Recorded paths as patterns for exactly them -> access letters."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for use in uses:
        found[literal(use.path)] |= letters(use.access)
    return dict(found)


def widened(paths: dict[str, set[str]]) -> dict[FileRule, tuple[str, ...]]:
    """Patterns for folders of files -> the recorded paths each stands for.

    A data folder, below which at least four files were written, becomes `/** rwk`, or what was used of that. A folder
    of which at least eight files were read and none written becomes `/{,**} r`. Nothing that is executed or mapped is
    ever taken into a pattern.
    """
    plain = {path: access for path, access in paths.items() if not access & {"ix", "m"}}
    written = {path for path, access in plain.items() if access & {"w", "a"}}
    above = {posixpath.dirname(path.rstrip("/")) or "/" for path in written}
    found = _gathered(plain, above, written, _MANY_WRITTEN, "/**")
    inside = {path for covered in found.values() for path in covered}
    rest = {path: access for path, access in plain.items() if path not in inside}
    read = rest.keys() - written
    folders = {
        parent for path in read for parent in _parents(path) if not any(_lies_in(each, parent) for each in written)
    }
    return found | _gathered(rest, folders, read, _MANY_READ, "/{,**}")


def _gathered(
    paths: dict[str, set[str]], folders: set[str], counted: set[str], many: int, suffix: str
) -> dict[FileRule, tuple[str, ...]]:
    """One pattern for each outermost folder that has enough of the counted files."""
    found: dict[FileRule, tuple[str, ...]] = {}
    taken: list[str] = []
    for folder in sorted(folders - _EVERYBODYS):
        if folder.startswith(_KERNELS) or any(_lies_in(folder, outer) for outer in taken):
            continue
        if sum(_lies_in(path, folder) for path in counted) >= many:
            inside = tuple(sorted(path for path in paths if _lies_in(path, folder)))
            used = access_of(letter for path in inside for letter in paths[path])
            found[FileRule(folder + suffix, used, "its data" if suffix == "/**" else "its files")] = inside
            taken.append(folder)
    return found


def _parents(path: str) -> Iterable[str]:
    while path := posixpath.dirname(path.rstrip("/")).rstrip("/"):
        yield path


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
