"""Files the program writes for its user: whole or not at all, and for their owner's eyes only."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from .errors import HardenError


def check_writable(paths: Iterable[Path]) -> None:
    """Find out before the work whether files can be written, by writing one beside each.

    Raises:
        HardenError: a folder is missing or may not be written to, or a name is no file's.
    """
    for path in paths:
        if path.is_dir():
            raise HardenError(f"{path}: is a folder", "name a file in it")
        if path.exists() and not path.is_file():
            raise HardenError(f"{path}: is no ordinary file, and would be replaced by one")
        try:
            _beside(path, b"").unlink()
        except OSError as error:
            raise _unwritable(path, error) from error


def write(path: Path, content: bytes) -> None:
    """Write one file; see `write_all`."""
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files in the place of what was there, mode 0600: reports and facts describe weak spots.

    All are stored beside their places first, so that a full disk leaves every one as it was.

    Raises:
        HardenError: a file cannot be written; every one is left as it was.
    """
    check_writable(contents)
    stored: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            try:
                stored[path] = _beside(path, content)
            except OSError as error:
                raise _unwritable(path, error) from error
        for path in list(stored):
            stored[path].replace(path.resolve())
            del stored[path]
    finally:
        for left in stored.values():
            left.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    """A file in the folder that the real file is in, whole on the disk; nothing stays of it when that fails."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.resolve().parent)
    trial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        trial.unlink(missing_ok=True)
        raise
    return trial


def _unwritable(path: Path, error: OSError) -> HardenError:
    return HardenError(f"{path}: cannot be written: {error.strerror}")
