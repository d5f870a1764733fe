"""Facts as a file: the offline audit, the bug report and the test fixture."""

from pathlib import Path
from typing import TypeVar

import msgspec

from hardening import outputs
from hardening.errors import HardenError
from hardening.model.facts import FACTS_VERSION, Facts

T = TypeVar("T")
_AGAIN = "make a new one: harden facts -o FILE"
_END_OF_TIME = 253_402_300_800.0
"""The year 10000, where dates end."""
_LONGEST = 300


class _Header(msgspec.Struct):
    version: int


def dump(facts: Facts) -> bytes:
    """Facts as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(facts), indent=1) + b"\n"


def write(facts: Facts, path: Path) -> None:
    """`dump` to a file that only its owner reads: it describes a cluster's weak spots.

    Raises:
        HardenError: the file cannot be written.
    """
    outputs.write(path, dump(facts))


def load(path: Path) -> Facts:
    """Facts from a file that `dump` made.

    Raises:
        HardenError: the file cannot be read, is cut off, is something else, or is of another version.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    version = _decoded(path, text, _Header).version
    if version != FACTS_VERSION:
        raise HardenError(f"{path}: facts of version {version}; this program reads version {FACTS_VERSION}", _AGAIN)
    found = _decoded(path, text, Facts)
    if not 0 <= found.gathered_at < _END_OF_TIME:
        raise HardenError(f"{path}: is not a facts file: {found.gathered_at:g} is no time - at `$.gathered_at`", _AGAIN)
    return found


def _decoded(path: Path, text: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise HardenError(f"{path}: is not a facts file: {one_line(error)}", _AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HardenError(f"{path}: is no whole JSON document: {one_line(error)}", _AGAIN) from error
    except RecursionError as error:
        raise HardenError(f"{path}: is not a facts file: it is nested too deep", _AGAIN) from error


def one_line(error: Exception) -> str:
    """A decoder's complaint, which quotes what it complains about, as one line of bounded length."""
    words = " ".join(str(error).split())
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
