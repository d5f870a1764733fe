"""Where the lab keeps things: what can be made again, what is its own, and where its sockets are."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from hardening.errors import HardenError

LAB_DIRECTORY_VARIABLE = "HARDEN_LAB_DIR"


def cache_directory() -> Path:
    """`$XDG_CACHE_HOME/harden`: what takes long to make, and is made again when it is missing."""
    return _xdg("XDG_CACHE_HOME", ".cache") / "harden"


def base_cache_directory() -> Path:
    """The lab's part of the cache: disk images and the saved memory of guests that are cloned."""
    return cache_directory() / "lab"


def lab_directory() -> Path:
    """The lab's own files: `$HARDEN_LAB_DIR`, else `$XDG_STATE_HOME/harden/lab`."""
    chosen = os.environ.get(LAB_DIRECTORY_VARIABLE)
    return Path(chosen).absolute() if chosen else _xdg("XDG_STATE_HOME", ".local/state") / "harden" / "lab"


def runtime_directory(lab: Path) -> Path:
    """A private folder for a lab's sockets, created 0700.

    It has a short name of its own because a Unix socket's path ends at 108 bytes and a home directory need not.
    """
    parent = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if not (parent.is_absolute() and parent.is_dir() and os.access(parent, os.W_OK)):
        parent = Path(tempfile.gettempdir())
    name = hashlib.sha256(bytes(lab.absolute())).hexdigest()[:8]
    folder = parent / f"harden-lab-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise HardenError(f"{folder} is not a private folder of this user", "remove it and try again")
    return folder


def _xdg(variable: str, default: str) -> Path:
    """One of the XDG base directories; the specification says to ignore relative values."""
    value = Path(os.environ.get(variable, ""))
    return value if value.is_absolute() else Path.home() / default
