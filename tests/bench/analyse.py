"""How long it takes to read the code of an image: the first time, and from the cache.

Run by name: python tests/bench/analyse.py [PROGRAM…]; without programs, the images that were built here.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from hardening.confine.static import analyse
from hardening.images import built, recorded
from hardening.images.store import BlobStore
from hardening.lab.paths import cache_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardening.confine.static import Root


class Machine:
    """This machine's own files, without walking through all of them."""

    def real(self, path: str) -> str | None:
        """Where a path leads."""
        place = Path(path)
        return str(place.resolve()) if place.is_file() else None

    def read(self, path: str) -> bytes:
        """Content of a file."""
        return Path(path).read_bytes()

    def paths(self) -> list[str]:
        """Where the loader is told to look; plug-ins of this machine are not followed."""
        return [str(path) for path in Path("/etc/ld.so.conf.d").glob("*.conf")]


def subjects(programs: list[str], stack: ExitStack) -> Iterator[tuple[str, Root, tuple[str, ...]]]:
    """Name, files, and words of the command lines."""
    for program in programs:
        yield program, Machine(), (program,)
    layout = cache_directory() / "images" / "layout"
    for each in recorded(BlobStore(layout)) if not programs and layout.is_dir() else ():
        image = stack.enter_context(built(each))
        yield each.role, image.files, image.config.words


def main() -> None:
    """Print a line for each image."""
    with ExitStack() as stack:
        for name, files, words in subjects(sys.argv[1:], stack):
            with tempfile.TemporaryDirectory() as cache:
                for state in ("first", "cached"):
                    began, used = time.monotonic(), _processor_seconds()
                    found = analyse(files, words, cache=Path(cache))
                    took = f"{time.monotonic() - began:6.2f} s, {_processor_seconds() - used:6.2f} s of processor"
                    places = sum(each.count for each in found.unresolved)
                    size = f"{len(found.syscalls)} calls in {len(found.files)} files, {places} places unresolved"
                    print(f"{name:<10} {state:<7} {took}, {size}")  # noqa: T201 - a bench prints


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
