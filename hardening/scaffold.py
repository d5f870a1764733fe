"""Lays out a user's own project folder from the files that come with the program."""

import shutil
from pathlib import Path

from msgspec import Struct

from . import data
from .errors import HardenError

_NOT_FOR_PROJECTS = {"node_modules", "__pycache__", ".keep", "inventory.example.yml"}
"""Names within the data folders that are caches, or are laid out under another name."""


class LaidOut(Struct, frozen=True):
    """What `lay_out` did; paths are relative to the project folder.

    Attributes:
        written: files that are there now and were not before.
        kept: files that were there already, and are untouched.
    """

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def lay_out(directory: Path, *, add_missing: bool = False) -> LaidOut:
    """Fill a project folder: `harden.yml`, an inventory to edit, the stack, the profiles. Overwrites nothing.

    Args:
        directory: made when it is not there.
        add_missing: accept a folder that is not empty, and add the files it lacks.

    Raises:
        HardenError: the folder is not empty, is no folder, or cannot be written.
    """
    try:
        if not add_missing and directory.exists() and any(directory.iterdir()):
            raise HardenError(f"{directory}: is not empty", "--force adds the files it lacks and overwrites nothing")
        files = _files()
        kept = tuple(path for path in files if (directory / path).exists())
        written = tuple(path for path in files if path not in kept)
        for path in written:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(files[path], directory / path)
    except OSError as error:
        raise HardenError(f"{error.filename or directory}: {error.strerror}") from error
    return LaidOut(written, kept)


def _files() -> dict[Path, Path]:
    """Path in the project folder -> the file it is a copy of."""
    files = {
        Path("harden.yml"): data.file("harden.yml"),
        Path("inventory.yml"): data.file("stack/inventory.example.yml"),
    }
    for name in ("profiles", "stack"):
        folder = data.folder(name)
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.is_file() and not _NOT_FOR_PROJECTS & set(inner.parts):
                files[Path(name) / inner] = path
    return files
