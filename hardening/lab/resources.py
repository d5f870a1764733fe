"""Whether the machine has room for the guests. Running out later looks like a fault of the guests."""

import shutil
from pathlib import Path

from hardening.errors import HardenError

_MEBIBYTE = 2**20
_DISK_MEBIBYTES = 3072
"""What a new lab of three nodes takes in all: the image, the saved memory, images of containers in each guest."""


def require_memory(guests: int, memory: int) -> None:
    """See that `guests` more guests of `memory` MiB each fit; a guest comes to use all that it has as a cache."""
    available = available_memory(Path("/proc/meminfo").read_text("ascii"))
    if guests * memory > available:
        raise HardenError(
            f"{guests} guests of {memory} MiB do not fit: {available} MiB of memory are available",
            "stop other programs, or take a smaller lab: harden lab up --nodes N --memory MIB",
        )


def require_disk(folder: Path) -> None:
    """See that a new lab fits on the file system of `folder`."""
    free = shutil.disk_usage(folder).free // _MEBIBYTE
    if free < _DISK_MEBIBYTES:
        raise HardenError(f"{folder}: a lab needs {_DISK_MEBIBYTES} MiB of disk, {free} MiB are free")


def available_memory(meminfo: str) -> int:
    """MiB that programs can have without swapping, from the text of /proc/meminfo."""
    for line in meminfo.splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) // 1024
    raise HardenError("/proc/meminfo does not say how much memory is available", "Linux 3.14 or later is needed")
