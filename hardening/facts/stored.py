"""Facts as a file: the offline audit, the bug report and the test fixture."""

from pathlib import Path

import msgspec

from hardening import outputs
from hardening.errors import HardenError
from hardening.model.facts import FACTS_VERSION, Facts

_AGAIN = "make a new one: harden facts -o FILE"


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
    try:
        version = msgspec.json.decode(text, type=_Header).version
    except msgspec.ValidationError as error:
        raise HardenError(f"{path}: is not a facts file: {error}", _AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HardenError(f"{path}: is no whole JSON document: {error}", _AGAIN) from error
    if version != FACTS_VERSION:
        raise HardenError(f"{path}: facts of version {version}; this program reads version {FACTS_VERSION}", _AGAIN)
    try:
        return msgspec.json.decode(text, type=Facts)
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise HardenError(f"{path}: is not a facts file: {error}", _AGAIN) from error
