"""The files of an image, wherever they come from."""

import errno
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from hardening.errors import HardenError

_MAX_LINKS = 40
"""As many as the kernel follows before it says ELOOP."""


class Root(Protocol):
    """A root file system. Links are followed inside it only."""

    def real(self, path: str) -> str | None:
        """The path of the regular file that `path` leads to, or None."""
        ...

    def read(self, path: str) -> bytes:
        """Content of a regular file; `path` as `real` or `paths` gave it."""
        ...

    def paths(self) -> Iterable[str]:
        """All regular files, as absolute paths in order."""
        ...


class Folder:
    """A root file system that lies in a folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise HardenError(f"{folder}: no such folder")
        self._folder = folder

    def real(self, path: str) -> str | None:
        """Follow links as a process would that has the folder as its root."""
        try:
            return self._followed(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # a word that is no name
                return None
            raise HardenError(f"{error.filename}: cannot be looked at: {error.strerror}") from error

    def _followed(self, path: str) -> str | None:
        todo, done, links = path.strip("/").split("/"), "/", 0
        while todo:
            here = posixpath.normpath(posixpath.join(done, todo.pop(0)))
            place = self._at(here)
            if place.is_symlink():
                links += 1
                if links > _MAX_LINKS:
                    return None
                todo, done = [*posixpath.join(done, str(place.readlink())).strip("/").split("/"), *todo], "/"
            else:
                done = here
        return done if self._at(done).is_file() else None

    def read(self, path: str) -> bytes:
        """Content of a file."""
        try:
            return self._at(path).read_bytes()
        except OSError as error:
            raise HardenError(f"{self._at(path)}: cannot be read: {error.strerror}") from error

    def paths(self) -> Iterable[str]:
        """Files below the folder; what cannot be listed is an error, for it would be missing from the answer."""
        found = []
        for folder, below, names in os.walk(self._folder, onerror=_refuse):
            below.sort()
            places = (Path(folder, name) for name in names)
            found += [
                "/" + str(place.relative_to(self._folder))
                for place in places
                if place.is_file() and not place.is_symlink()
            ]
        return sorted(found)

    def _at(self, path: str) -> Path:
        return self._folder / path.lstrip("/")


def _refuse(error: OSError) -> None:
    raise HardenError(f"{error.filename}: cannot be listed: {error.strerror}") from error
