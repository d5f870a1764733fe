"""Makes evidence from images and keeps it beside the policy."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from hardening import outputs
from hardening.model.analysis import Analysis

from . import sources, static
from .static import Root, Surroundings


class _Config(Protocol):
    @property
    def library_folders(self) -> tuple[str, ...]: ...
    @property
    def program_folders(self) -> tuple[str, ...]: ...
    @property
    def working_dir(self) -> str: ...
    @property
    def started(self) -> tuple[str, ...]: ...


def executed(folder: Path, role: str) -> tuple[str, ...]:
    """Programs that recordings of a role saw started."""
    recordings = sources.read(folder, role).recordings if role else ()
    return tuple(sorted({program for recording in recordings for program in recording.executed}))


def programs(root: Root, words: Iterable[str], config: _Config) -> tuple[str, ...]:
    """Programs of an image behind the words of its command lines."""
    return static.programs(root, words, _surroundings(config))


def analyse(root: Root, words: Iterable[str], image: str, cache: Path | None, config: _Config) -> Analysis:
    """What the code of an image can do; see `static.analyse`."""
    return static.analyse(root, words, image, cache, _surroundings(config))


def _surroundings(config: _Config) -> Surroundings:
    return Surroundings(config.library_folders, config.program_folders, config.working_dir, config.started)


def as_json(found: Analysis) -> str:
    """An analysis as it is kept: the same input gives the same text."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def keep(folder: Path, role: str, found: Analysis) -> Path:
    """Write a role's analysis; returns the file.

    Raises:
        HardenError: it cannot be written; what was there is left as it was.
    """
    path = folder / role / sources.ANALYSIS_FILE
    outputs.make_folder(path.parent)
    outputs.write_all({path: as_json(found).encode()}, shared=True)
    return path
