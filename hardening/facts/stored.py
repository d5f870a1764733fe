"""Facts as a file: the offline audit, the bug report and the test fixture."""

from collections import Counter
from pathlib import Path
from typing import TypeVar

import msgspec

from hardening import outputs
from hardening.errors import HardenError, one_line
from hardening.model.facts import FACTS_VERSION, Facts

T = TypeVar("T")
_AGAIN = "make a new one: harden facts -o FILE"
_END_OF_TIME = 253_402_300_800.0
"""The year 10000, where dates end."""
_SHOWN = 60
"""Characters of a node's name in a complaint."""


class _Header(msgspec.Struct):
    version: int


class _Name(str):
    """A node's name in a document; a type of its own, so that a decoder tells of each one that it meets."""

    __slots__ = ()


class _Nodes(msgspec.Struct):
    nodes: dict[_Name, msgspec.Raw]


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
        HardenError: it cannot be read, is cut off, is something else, is of another version, or holds a node twice.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    version = _decoded(path, text, _Header).version
    if version != FACTS_VERSION:
        raise HardenError(f"{path}: facts of version {version}; this program reads version {FACTS_VERSION}", _AGAIN)
    found = _decoded(path, text, Facts)
    if double := _told_twice(text):
        raise HardenError(f"{path}: is not a facts file: it tells of the node {double[:_SHOWN]!r} twice", _AGAIN)
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


def _told_twice(text: bytes) -> str:
    """A node of which a document tells twice, where the last would silently stand for both; empty for none."""
    names: list[str] = []

    def note(kind: type[str], name: str) -> str:
        names.append(name)
        return kind(name)

    msgspec.json.decode(text, type=_Nodes, dec_hook=note)
    return next((name for name, count in Counter(names).items() if count > 1), "")
