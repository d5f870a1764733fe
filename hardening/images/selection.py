"""The part of many packages that one image needs: the paths it keeps, and every library those ask for."""

import posixpath
from fnmatch import fnmatchcase

from hardening.errors import HardenError

from . import elf
from .packages import PackagePool
from .recipe import Keep
from .tree import Entry, File, Folder, Link, Tree, absolute

_LIBRARY_FOLDERS = {
    "amd64": ("/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/lib64"),
    "arm64": ("/usr/lib/aarch64-linux-gnu", "/usr/lib"),
}
"""Where Debian's loader looks without a cache of its own."""

_STATUS = "/var/lib/dpkg/status.d"
"""Where images without dpkg name their packages; scanners read it."""


def select(pool: PackagePool, programs: Tree, keep: Keep, *, architecture: str, where: str) -> Tree:
    """Collect what an image keeps.

    Args:
        pool: Debian packages.
        programs: files from elsewhere, which go before those of the packages.
        keep: what to take.
        architecture: Debian's name of it.
        where: the file that says what to keep, for messages.

    Raises:
        HardenError: a path or a library is in none of the packages.
    """
    return _Selection(pool, programs, keep, architecture, where).collect()


class _Selection:
    def __init__(self, pool: PackagePool, programs: Tree, keep: Keep, architecture: str, where: str) -> None:
        self._pool, self._programs, self._keep, self._where = pool, programs, keep, where
        self._folders = _LIBRARY_FOLDERS[architecture]
        self._all = Tree()
        self._all.update(pool.index)
        self._all.update(programs)
        self._taken = Tree()
        self._packages: set[str] = set()

    def collect(self) -> Tree:
        for pattern in self._keep.paths:
            self._take_pattern(pattern)
        for folder in self._keep.folders:
            self._taken.add(folder, Folder(0o700))
        for package in sorted(self._packages):
            self._record(package)
        return self._taken

    def _take_pattern(self, pattern: str) -> None:
        if any(letter in pattern for letter in "*?["):
            paths = [path for path, _ in self._all if fnmatchcase(path, pattern)]
        else:
            paths = [pattern]
        if not paths:
            raise HardenError(f"{self._where}: nothing matches {pattern}")
        for path in paths:
            if self._dropped(path):
                continue
            self._take(path, wanted_by=self._where)

    def _take(self, path: str, *, wanted_by: str) -> None:
        resolved = self._all.resolve(path)
        if resolved is None:
            raise HardenError(f"{wanted_by}: no package of the recipe has {path}")
        real, links = resolved
        for link in links:
            self._keep_entry(link, self._all.get(link) or Folder())
        entry = self._all.get(real)
        if not isinstance(entry, Folder):
            self._take_file(real)
        elif not isinstance(self._all.get(absolute(path)), Link):
            self._take_folder(real)

    def _take_folder(self, folder: str) -> None:
        self._keep_entry(folder, Folder())
        for path, entry in self._all:
            if path.startswith(folder + "/") and not self._dropped(path.removeprefix(folder)):
                if isinstance(entry, File):
                    self._take_file(path)
                else:
                    self._keep_entry(path, entry)

    def _take_file(self, path: str) -> None:
        if path in self._taken:
            return
        entry = self._programs.get(path) or self._pool.read(path)
        if not isinstance(entry, File):
            raise HardenError(f"{self._where}: {path} is not a file")
        self._keep_entry(path, File(elf.stripped(entry.content), _mode(entry)))
        linkage = elf.linkage(entry.content)
        if linkage is None:
            return
        if linkage.interpreter:
            self._take(linkage.interpreter, wanted_by=path)
        origin = posixpath.dirname(path)
        search = [part.replace("${ORIGIN}", origin).replace("$ORIGIN", origin) for part in linkage.search]
        for name in linkage.needed:
            self._take_library(name, (*search, *self._folders), wanted_by=path)

    def _take_library(self, name: str, folders: tuple[str, ...], *, wanted_by: str) -> None:
        for folder in folders:
            if self._all.resolve(f"{folder}/{name}"):
                self._take(f"{folder}/{name}", wanted_by=wanted_by)
                return
        raise HardenError(
            f"{wanted_by} needs {name}, which no package of the recipe has",
            f"add the package that has it, beside {self._where}",
        )

    def _keep_entry(self, path: str, entry: Entry) -> None:
        self._taken.add(path, entry)
        if path in self._pool.owner and path not in self._programs:
            self._packages.add(self._pool.owner[path])

    def _dropped(self, path: str) -> bool:
        return any(fnmatchcase(part, name) for part in path.split("/") for name in self._keep.drop)

    def _record(self, package: str) -> None:
        """Name the package for scanners, and keep its licence as its terms ask."""
        self._taken.add(f"{_STATUS}/{package}", File(self._pool.control[package]))
        resolved = self._all.resolve(f"/usr/share/doc/{package}/copyright")
        if resolved and isinstance(self._all.get(resolved[0]), File):
            self._taken.add(f"/usr/share/doc/{package}/copyright", self._pool.read(resolved[0]))


def _mode(entry: File) -> int:
    """Root's, readable by all, never setuid: what the file may do beyond that is the image's business."""
    return 0o755 if entry.executable else 0o644
