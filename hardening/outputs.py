"""Files the program writes for its user: whole or not at all, and for their owner's eyes only."""

import os
import tempfile
from collections.abc import Iterable
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
            descriptor, trial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            os.close(descriptor)
            Path(trial).unlink()
        except OSError as error:
            raise _unwritable(path, error) from error


def write(path: Path, content: bytes) -> None:
    """Write a file in the place of what was there, mode 0600: reports and facts describe weak spots.

    Raises:
        HardenError: the file cannot be written; what was there is left as it was.
    """
    check_writable((path,))
    trial = ""
    try:
        descriptor, trial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(trial).replace(path)
    except OSError as error:
        if trial:
            Path(trial).unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> HardenError:
    return HardenError(f"{path}: cannot be written: {error.strerror}")
