"""Facts on a node: a value that was read, or the reason why it was not. Part of node programs."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

    Fact = dict[str, Any]  # {"type": "known", "value": …} or {"type": "unavailable", "reason": …}
else:
    Fact = dict

_PIECE = 1 << 16
_FILE_LIMIT = 1 << 20


class NotReadable(Exception):  # noqa: N818 - an answer, not a fault
    """A fact cannot be had here, and the message says why."""


def fact(read: Callable[..., Any], *args: Any) -> Fact:  # noqa: ANN401 - facts have every form
    """`read(*args)` as a known value, or as unavailable with the reason it raised."""
    try:
        return {"type": "known", "value": read(*args)}
    except Exception as error:  # noqa: BLE001 - whatever stops one fact must not hide the others; the reason says it
        return unavailable(reason(error))


def unavailable(why: str) -> Fact:
    """A fact that could not be read."""
    return {"type": "unavailable", "reason": why}


def reason(error: Exception) -> str:
    """An exception as a short reason."""
    if isinstance(error, NotReadable):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


def read_text(path: str) -> str:
    """A small file of /proc, /sys or /etc; bytes that are not UTF-8 are replaced.

    By the system's own calls: Python's files ask three things more of the kernel for each, and there are hundreds.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = []
        while piece := os.read(descriptor, _PIECE):
            pieces.append(piece)
    finally:
        os.close(descriptor)
    return b"".join(pieces).decode("utf-8", "replace")


def regular_text(path: str) -> str:
    """A regular file of a usual size, as `read_text`; a pipe would never end, and neither may a file that grows.

    Raises:
        NotReadable: it is none.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _FILE_LIMIT:
            raise NotReadable(f"{path} is no regular file of a usual size")
        return file.read(_FILE_LIMIT).decode("utf-8", "replace")
