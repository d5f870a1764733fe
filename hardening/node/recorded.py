"""What bpftrace counted, as rows with the paths and programs that the numbers in them stand for. Part of node programs.

A row is a list; its last element is the count. Of a call, program or path that cannot be named the row says null.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from hardening.node.container_root import Root, loader
from hardening.node.fact import NotReadable, read_text
from hardening.node.process import container_of, pids_by_container
from hardening.node.recorder_script import NAMED, ON_PATHS

Maps = dict[str, Any]
Row = list[Any]
_MAY_HAVE_NO_PATH = ("bind", "connect", "fchownat", "linkat")
"""Calls on sockets that are not in the file system, and on files that are open already."""
_UNREADABLE = "\ufffd"
_MAPPED_FIELDS = 6
"""Of a line in `/proc/<pid>/maps` that names a file."""
_DIRECTORY, _KIND_SHIFT = 4, 12


def born(maps: Maps) -> dict[int, str]:
    """Number -> container id of the control groups that were made meanwhile."""
    found = {}
    for number, path in _keys(maps, "@born", 2):
        if container := container_of(path):
            found[int(number)] = container
    return found


def homes(maps: Maps, groups: dict[int, str]) -> dict[str, int]:
    """Process -> number of its group, of programs that were started meanwhile, and of those that run now."""
    found = {pid: group for pid, group in maps.get("@home", {}).items() if group in groups}
    running = {container: group for group, container in groups.items()}
    for container, pids in pids_by_container().items():
        found.update({str(pid): running[container] for pid in pids if container in running})
    return found


def rows(maps: Maps, groups: dict[int, str], known: dict[str, dict[str, Any]], longest: int) -> dict[str, Any]:
    """Everything that was counted of the groups.

    Args:
        maps: bpftrace's.
        groups: number -> container id, of the containers to report.
        known: container id -> the engine's description, empty when it is gone.
        longest: bytes after which a path was cut off.
    """
    total = int(maps.get("@total", 0))
    counted = sum(count for *_, count in _rows(maps, "@calls", 5))
    with ExitStack() as stack:
        names = Names(groups, known, stack)
        found = list(_of(maps, "@opened", 9, groups))
        moved = [[group, int(inode), int(base), path] for group, inode, base, path, _ in _of(maps, "@moved", 4, groups)]
        names.learn(
            moved + [[row[0], int(row[2]), int(row[7]), row[8]] for row in found if _is_folder(int(row[6]))], longest
        )
        opened = [
            [group, int(exe), int(inode), int(device), int(access), int(append) != 0, _is_folder(int(mode)),
             names.opened(group, int(base), path, longest), count]
            for group, exe, inode, device, access, append, mode, base, path, count in found
        ]  # fmt: skip
        changed = [
            [group, int(exe), *ON_PATHS[int(call)], names.path(group, int(base), path, longest), count]
            for group, exe, call, base, path, count in _of(maps, "@changed", 5, groups)
            if path or ON_PATHS[int(call)][0] not in _MAY_HAVE_NO_PATH
        ]
        ran = [
            [group, int(exe), names.opened(group, 0, path, longest) if path.startswith("/") else None, count]
            for group, exe, path, count in _of(maps, "@ran", 3, groups)
        ]
        return {
            "uncounted": total - counted,
            "calls": [_numbers(row) for row in _of(maps, "@calls", 5, groups)],
            "failed": [[*_numbers(row[:5]), row[5], row[6]] for row in _of(maps, "@failed", 6, groups)],
            "barred": [
                [group, int(exe), NAMED[int(call)], n] for group, exe, call, n in _of(maps, "@barred", 3, groups)
            ],
            "values": [
                [group, int(exe), NAMED[int(call)], int(first), int(second), count]
                for group, exe, call, first, second, count in _of(maps, "@values", 5, groups)
            ],
            "opened": opened,
            "changed": changed,
            "ran": ran,
            "mapped": [_numbers(row) for row in _of(maps, "@mapped", 4, groups)],
            "locked": [_numbers(row) for row in _of(maps, "@locked", 4, groups)],
            "granted": [_numbers(row) for row in _of(maps, "@granted", 3, groups)],
            "sent": [[*_numbers(row[:3]), *row[3:]] for row in _of(maps, "@sent", 4, groups)],
            "received": [[int(group), 0, int(sig), *rest] for group, sig, *rest in _of(maps, "@received", 3, groups)],
            "held": names.held(),
            "programs": names.programs(ran),
            "loaders": names.loaders(ran),
        }


class Names:
    """Paths as containers see them, from what their processes said, by a look at their file systems."""

    def __init__(self, groups: dict[int, str], known: dict[str, dict[str, Any]], stack: ExitStack) -> None:
        self._groups, self._known = groups, known
        self._pids = pids_by_container()
        roots = {}
        for container in sorted(set(groups.values())):
            for pid in self._pids.get(container, [])[:1]:
                try:
                    roots[container] = Root(pid)
                    stack.callback(roots[container].close)
                except OSError:
                    continue  # it ended while we looked
        self._roots: dict[str, Root] = roots
        self._real: dict[tuple[str, str], str] = {}
        self._folders: dict[tuple[int, int], str] = {}

    def learn(self, told: list[Row], longest: int) -> None:
        """Get to know the folders that paths may be relative to.

        Args:
            told: [group, inode, base, path] of folders that processes opened or went to; `path` is relative to the
                folder with the inode `base`, which may be told of in another row.
            longest: bytes after which a path was cut off.
        """
        for group, container in self._groups.items():
            config = self._known.get(container, {}).get("Config") or {}
            self._remember(group, config.get("WorkingDir") or "/")
        for group, pid in self._processes():
            try:
                self._remember(group, os.readlink(f"/proc/{pid}/cwd"))
            except OSError:
                continue  # it ended while we looked
        before = -1
        while before != len(self._folders):
            before = len(self._folders)
            for group, inode, base, path in told:
                whole = self._absolute(group, base, path, longest)
                if whole is not None:
                    self._folders.setdefault((group, inode), self._resolve(group, whole))

    def opened(self, group: int, base: int, path: str, longest: int) -> str | None:
        """The path of an opened file, links followed as the kernel did."""
        whole = self._absolute(group, base, path, longest)
        return None if whole is None else self._resolve(group, whole)

    def path(self, group: int, base: int, path: str, longest: int) -> str | None:
        """A path that a call was given. Its last part is what the call changed, so no link is followed there."""
        whole = self._absolute(group, base, path, longest)
        if whole is None:
            return None
        folder, _, name = whole.rstrip("/").rpartition("/")
        return f"{self._resolve(group, folder or '/').rstrip('/')}/{name}"

    def programs(self, ran: list[Row]) -> list[Row]:
        """[group, inode, path] of every executable that was started, or runs, and is a file of the container."""
        found = {(group, inode): path for group, inode, path in self._running()}
        for group, inode, path, _ in ran:
            root = self._root(group)
            if not path or (group, inode) in found:
                continue
            if not root:
                if not path.startswith("/proc/"):
                    found[group, inode] = path
                continue
            real = self._resolve(group, path)
            if root.inode(real) != inode and (script := loader(root.head(real))):
                real = self._resolve(group, script)
            if root.inode(real) == inode:
                found[group, inode] = real
        return [[group, inode, path] for (group, inode), path in sorted(found.items())]

    def loaders(self, ran: list[Row]) -> list[Row]:
        """[group, path] of the programs that the kernel loads to start another: dynamic linkers, scripts' shells."""
        found = set()
        for group, _, started, _ in ran:
            root, path = self._root(group), started
            while root and path and (needed := loader(root.head(path))):
                path = self._resolve(group, needed)
                if (group, path) in found:
                    break
                found.add((group, path))
        return [list(each) for each in sorted(found)]

    def held(self) -> list[Row]:
        """[group, inode, path] of the files that running processes have open or mapped as code."""
        found = set()
        for group, pid in self._processes():
            try:
                for name in os.listdir(f"/proc/{pid}/fd"):
                    found.add((group, os.stat(f"/proc/{pid}/fd/{name}").st_ino, os.readlink(f"/proc/{pid}/fd/{name}")))
                for line in read_text(f"/proc/{pid}/maps").splitlines():
                    fields = line.split(None, 5)
                    if len(fields) == _MAPPED_FIELDS and "x" in fields[1]:
                        found.add((group, int(fields[4]), fields[5]))
            except OSError:
                continue  # it ended while we looked
        return [list(each) for each in sorted(found) if each[2].startswith("/")]

    def _running(self) -> Iterator[tuple[int, int, str]]:
        for group, pid in self._processes():
            try:
                if not read_text(f"/proc/{pid}/comm").startswith("runc:["):
                    yield group, os.stat(f"/proc/{pid}/exe").st_ino, os.readlink(f"/proc/{pid}/exe")
            except OSError:
                continue  # it ended while we looked

    def _processes(self) -> Iterator[tuple[int, int]]:
        """Group and number of every process of the containers; a restarted one's has its newest group."""
        groups = {container: group for group, container in self._groups.items()}
        for container, pids in self._pids.items():
            yield from ((groups[container], pid) for pid in pids if container in groups)

    def _absolute(self, group: int, base: int, path: str, longest: int) -> str | None:
        """A path from the root; None where what it is relative to is not known, or it was cut off or not readable.

        Nor is one that holds what is no UTF-8: the bytes are not known any more, and another name would be told.
        """
        if not path or _UNREADABLE in path or len(path.encode()) >= longest:
            return None
        if path.startswith("/"):
            return path
        folder = self._folders.get((group, base))
        return None if folder is None else f"{folder}/{path}"

    def _remember(self, group: int, folder: str) -> None:
        root = self._root(group)
        if root:
            real = self._resolve(group, folder)
            self._folders[group, root.inode(real)] = real

    def _resolve(self, group: int, path: str) -> str:
        key = (self._groups[group], path)
        if key not in self._real:
            root = self._root(group)
            self._real[key] = root.real(path) if root else os.path.normpath(path)
        return self._real[key]

    def _root(self, group: int) -> Root | None:
        """The file system of a container; of one that is gone, of another with the same image."""
        container = self._groups[group]
        if container in self._roots:
            return self._roots[container]
        image = self._known.get(container, {}).get("Image")
        for other, root in self._roots.items():
            if not image or self._known.get(other, {}).get("Image") == image:
                return root
        return None


def _is_folder(mode: int) -> bool:
    return mode >> _KIND_SHIFT == _DIRECTORY


def _numbers(row: Row) -> Row:
    return [int(each) for each in row]


def _of(maps: Maps, name: str, fields: int, groups: dict[int, str]) -> Iterator[Row]:
    """Rows of a map that belong to one of the groups, the group as a number."""
    for row in _rows(maps, name, fields):
        if int(row[0]) in groups:
            yield [int(row[0]), *row[1:]]


def _rows(maps: Maps, name: str, fields: int) -> Iterator[Row]:
    content = maps.get(name, {})
    if not isinstance(content, dict):
        raise NotReadable(f"bpftrace printed {name} in an unknown form: {json.dumps(content)[:60]}")
    for key, count in content.items():
        # Text stands last, so that a comma in it does no harm.
        parts = key.split(",", fields - 1)
        if len(parts) != fields:
            raise NotReadable(f"bpftrace printed {name} in an unknown form: {key[:60]}")
        yield [*parts, int(count)]


def _keys(maps: Maps, name: str, fields: int) -> Iterator[Row]:
    for row in _rows(maps, name, fields):
        yield row[:-1]
