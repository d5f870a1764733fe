"""One audit of many, as far as its course over time needs it."""

from msgspec import Struct

from .findings import REPORT_VERSION, Report, Severity, Status, Summary
from .moment import Moment


class Entry(Struct, frozen=True):
    """An audit in short; the fields are those of the report.

    Attributes:
        place: where the whole report is kept, within its store.
        unread: how many nodes could not be read.
    """

    place: str
    project: str
    gathered_at: Moment
    tool_version: str
    summary: Summary
    nodes: int
    unread: int
    version: int = REPORT_VERSION

    @property
    def failed(self) -> int:
        """Failures that nobody accepted."""
        return self.summary.by_status.get(Status.FAIL, 0)

    @property
    def unknown(self) -> int:
        """Answers that could not be had."""
        return self.summary.by_status.get(Status.UNKNOWN, 0)

    def failed_at(self, severity: Severity) -> int:
        """Failures of one severity that nobody accepted."""
        return self.summary.failed_by_severity.get(severity, 0)


def entry(report: Report, place: str) -> Entry:
    """A report in short."""
    return Entry(
        place=place,
        project=report.project,
        gathered_at=report.gathered_at,
        tool_version=report.tool_version,
        summary=report.summary,
        nodes=len(report.nodes),
        unread=len(report.unread_nodes),
    )
