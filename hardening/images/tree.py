"""Files of an image, in memory: absolute path -> entry, with symbolic links followed inside the tree only."""

import posixpath
from collections.abc import Iterator
from stat import S_ISGID, S_ISUID

from msgspec import Struct

_MAX_LINKS = 40
"""As many as the kernel follows before it says ELOOP."""


class Folder(Struct, frozen=True, tag="folder"):
    """A directory."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0


class File(Struct, frozen=True, tag="file"):
    """A regular file."""

    content: bytes
    mode: int = 0o644
    uid: int = 0
    gid: int = 0

    @property
    def executable(self) -> bool:
        """Whether anybody may execute it."""
        return bool(self.mode & 0o111)

    @property
    def changes_identity(self) -> bool:
        """Whether it is setuid or setgid."""
        return bool(self.mode & (S_ISUID | S_ISGID))


class Link(Struct, frozen=True, tag="link"):
    """A symbolic link."""

    target: str
    uid: int = 0
    gid: int = 0


Entry = Folder | File | Link


class Tree:
    """A file system tree. The root itself has no entry, every other folder on the way to an entry has one."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        """Entries by path, parents before children, always in the same order."""
        return iter(sorted(self._entries.items()))

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def get(self, path: str) -> Entry | None:
        """The entry itself at this exact path; a link is not followed."""
        return self._entries.get(path)

    def add(self, path: str, entry: Entry) -> None:
        """Put an entry at an absolute path; parents that are missing become root's, mode 0755."""
        path = absolute(path)
        parent = posixpath.dirname(path)
        if parent != "/" and parent not in self._entries:
            self.add(parent, Folder())
        if path != "/":
            self._entries[path] = entry

    def update(self, other: "Tree") -> None:
        """Lay another tree over this one."""
        for path, entry in other:
            self.add(path, entry)

    def without(self, other: "Tree") -> "Tree":
        """What is not already the same in `other`, with the folders that lead to it."""
        rest = Tree()
        for path, entry in self:
            if other.get(path) != entry:
                for parent in _parents(path):
                    rest._entries.setdefault(parent, self._entries[parent])
                rest._entries[path] = entry
        return rest

    def rebased(self, source: str, target: str, owner: tuple[int, int] | None = None) -> "Tree":
        """What `COPY source target` copies: a file, or a folder's contents, perhaps with another owner."""
        source, moved = absolute(source), Tree()
        for path, entry in self:
            if path != source and not path.startswith(source.rstrip("/") + "/"):
                continue
            if path == source and isinstance(entry, Folder):
                continue
            kept = entry if owner is None else _owned(entry, owner)
            moved.add(absolute(target + "/" + path[len(source) :]), kept)
        return moved

    def resolve(self, path: str) -> tuple[str, tuple[str, ...]] | None:
        """Follow links: the real path, and each link passed on the way. None when something is missing or loops."""
        passed: list[str] = []
        todo, done = [part for part in absolute(path).split("/") if part], "/"
        while todo:
            here = posixpath.join(done, todo.pop(0))
            match self._entries.get(here):
                case None:
                    return None
                case Link(target=target):
                    passed.append(here)
                    if len(passed) > _MAX_LINKS:
                        return None
                    whole = absolute(posixpath.join(done, target))
                    todo, done = [part for part in whole.split("/") if part] + todo, "/"
                case _:
                    done = here
        return done, tuple(passed)


def absolute(path: str) -> str:
    """A normal absolute path; `..` never leads above the root."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _parents(path: str) -> Iterator[str]:
    while (path := posixpath.dirname(path)) != "/":
        yield path


def _owned(entry: Entry, owner: tuple[int, int]) -> Entry:
    uid, gid = owner
    match entry:
        case File(content=content, mode=mode):
            return File(content, mode, uid, gid)
        case Folder(mode=mode):
            return Folder(mode, uid, gid)
        case Link(target=target):
            return Link(target, uid, gid)
