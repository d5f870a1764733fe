"""JSON reports, read back."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening.errors import HardenError, one_line
from hardening.model.findings import REPORT_VERSION, Report, Severity, Status

T = TypeVar("T")
_AGAIN = "make one: harden audit -o FILE.json"


class _Header(Struct):
    version: int


def load(path: Path) -> Report:
    """The report in a file that `harden audit -o FILE.json` wrote.

    Raises:
        HardenError: the file cannot be read, is cut off, is something else, or is of another version.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    return decode(text, str(path))


def decode(text: bytes, name: str) -> Report:
    """The report in a JSON document; see `load`. `name` is what complaints call it."""
    version = decoded(text, name, _Header).version
    if version != REPORT_VERSION:
        raise HardenError(f"{name}: a report of version {version}; this program reads version {REPORT_VERSION}", _AGAIN)
    report = decoded(text, name, Report)
    if set(report.summary.by_status) != set(Status) or set(report.summary.failed_by_severity) != set(Severity):
        raise HardenError(f"{name}: has no whole summary", _AGAIN)
    known = {check.id for check in report.checks}
    if strangers := {finding.check for finding in report.findings} - known:
        raise HardenError(f"{name}: has findings of a check it does not describe: {min(strangers)}", _AGAIN)
    return report


def decoded(text: bytes, name: str, kind: type[T]) -> T:
    """A part of what a report says, whatever else is there.

    Raises:
        HardenError: the document is cut off, or is something else.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise HardenError(f"{name}: is no report of an audit: {one_line(error)}", _AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HardenError(f"{name}: is no whole JSON document: {one_line(error)}", _AGAIN) from error
    except RecursionError as error:
        raise HardenError(f"{name}: is no report of an audit: it is nested too deep", _AGAIN) from error
