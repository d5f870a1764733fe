"""JSON reports, read back."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening.errors import HardenError, one_line
from hardening.model.findings import REPORT_VERSION, Report, Severity, Status, Summary
from hardening.model.picture import LayerName

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
    demand_whole(report.summary, name)
    known = {check.id for check in report.checks}
    if len(known) < len(report.checks):
        raise HardenError(f"{name}: describes a check twice", _AGAIN)
    if strangers := {finding.check for finding in report.findings} - known:
        raise HardenError(f"{name}: has findings of a check it does not describe: {min(strangers)}", _AGAIN)
    services = report.cluster.services if report.cluster else ()
    if any(set(task.layers) != set(LayerName) for service in services for task in service.tasks):
        raise HardenError(f"{name}: does not tell every layer that confines a task", _AGAIN)
    return report


def demand_whole(summary: Summary, name: str) -> None:
    """Refuse counts with holes, which would be taken for nothing found, and those below nothing."""
    counts = (*summary.by_status.values(), *summary.failed_by_severity.values(), summary.waived)
    if (set(summary.by_status), set(summary.failed_by_severity)) != (set(Status), set(Severity)) or min(counts) < 0:
        raise HardenError(f"{name}: has no whole summary", _AGAIN)


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
