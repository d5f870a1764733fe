"""Files the program writes for its user: whole or not at all, and for their owner's eyes only."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from .errors import HardenError


def check_writable(paths: Iterable[Path]) -> None:
    """Find out before the work whether files can be written, by writing one beside each.

    Raises:
        HardenError: a folder is missing or may not be written to, a name is no file's, or what is there cannot be
            replaced.
    """
    for path in paths:
        try:
            if path.is_dir():
                raise HardenError(f"{path}: is a folder", "name a file in it")
            if path.exists() and not path.is_file():
                raise HardenError(f"{path}: is no ordinary file, and would be replaced by one")
            if str(path.resolve()) in _mount_points():
                hint = "mount the folder that it is in"
                raise HardenError(f"{path}: is mounted by itself, and cannot be replaced", hint)
            _beside(path, b"").unlink()
            if path.exists():
                path.open("r+b").close()
        except PermissionError as error:
            # The mode of what is there does not matter, for it is replaced; that it may never change does.
            if error.errno != errno.EACCES or not os.access(path.resolve().parent, os.W_OK):
                raise _unwritable(path, error) from error
        except OSError as error:
            raise _unwritable(path, error) from error
        except RuntimeError as error:  # how Python before 3.13 tells of links that lead in a circle
            raise HardenError(f"{path}: cannot be written: it is a link that leads to itself") from error


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        HardenError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HardenError(f"{path}: cannot be made: {error.strerror}") from error


def write(path: Path, content: bytes) -> None:
    """Write one file; see `write_all`."""
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes], *, shared: bool = False) -> None:
    """Write files in the place of what was there, mode 0600: reports and facts describe weak spots.

    All are stored beside their places first, so that a full disk leaves every one as it was. Those that are `shared`,
    by version control, keep the mode they had, or everybody may read them.

    Raises:
        HardenError: a file cannot be written; every one is left as it was.
    """
    check_writable(contents)
    stored: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            try:
                stored[path] = _beside(path, content)
                if shared:
                    stored[path].chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            except OSError as error:
                raise _unwritable(path, error) from error
        _put(stored)
    finally:
        for left in stored.values():
            left.unlink(missing_ok=True)


def _put(stored: Mapping[Path, Path]) -> None:
    """Move files to their places; where one cannot be moved, those before it are taken back."""
    former: dict[Path, Path | None] = {}
    try:
        for path, whole in stored.items():
            place = path.resolve()
            try:
                former[place] = _kept(place)
                whole.replace(place)
            except OSError as error:
                for moved, old in former.items():
                    if old:
                        old.replace(moved)
                    elif moved != place:
                        moved.unlink()
                raise _unwritable(path, error) from error
    finally:
        for old in filter(None, former.values()):
            old.unlink(missing_ok=True)


def _kept(place: Path) -> Path | None:
    """Another name for a file that is to be replaced; None where there is none."""
    if not place.exists():
        return None
    name = place.with_name(f".{place.name}.{os.getpid()}.before")
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(place)
    except OSError:  # not every file system has links, and not every file may be linked to
        shutil.copy2(place, name)
    return name


def _mount_points() -> frozenset[str]:
    """Where something is mounted here; the kernel writes blanks of a path as octal numbers."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return frozenset()
    return frozenset(line.split(" ")[4].replace("\\040", " ") for line in lines)


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
