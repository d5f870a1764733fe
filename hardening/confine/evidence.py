"""Makes evidence from images and keeps it beside the policy."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from hardening.errors import FailedError
from hardening.model.analysis import Analysis

from . import sources, static
from .static import Root


class _Places(Protocol):
    @property
    def library_folders(self) -> Sequence[str]: ...


def executed(folder: Path, role: str) -> tuple[str, ...]:
    """Programs that recordings of a role saw started."""
    recordings = sources.read(folder, role).recordings if role else ()
    return tuple(sorted({program for recording in recordings for program in recording.executed}))


def programs(root: Root, words: Iterable[str]) -> tuple[str, ...]:
    """Programs of an image behind the words of its command lines."""
    return static.programs(root, words)


def analyse(root: Root, words: Iterable[str], image: str, cache: Path | None, config: _Places) -> Analysis:
    """What the code of an image can do; see `static.analyse`."""
    return static.analyse(root, words, image, cache, config.library_folders)


def as_json(found: Analysis) -> str:
    """An analysis as it is kept: the same input gives the same text."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def keep(folder: Path, role: str, found: Analysis) -> Path:
    """Write a role's analysis; returns the file.

    Raises:
        FailedError: it cannot be written.
    """
    path = folder / role / sources.ANALYSIS_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_json(found), encoding="utf-8")
    except OSError as error:
        raise FailedError(f"{path}: cannot be written: {error.strerror}") from error
    return path
