"""The course of audits over time, in a terminal and as JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from hardening.model.entry import Entry
from hardening.model.findings import Severity

from .inert import json_document, plain
from .terminal import SEVERITY_STYLE

TREND_VERSION = 1
WORST_FIRST = tuple(sorted(Severity, key=lambda each: -each.weight))
_BAR = 20
"""Characters of the longest bar, where there is room for it."""
COLOURS = {Severity.CRITICAL: "#a4133c", Severity.HIGH: "#e5383b", Severity.MEDIUM: "#e9a23b", Severity.LOW: "#5b8def"}


def as_table(project: str, audits: Sequence[Entry]) -> Group:
    """A line per audit: failures by severity with a bar, what could not be seen, what is waived, nodes unread."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("audit of", no_wrap=True, min_width=len("2026-11-18 11:06"))
    for name in (*WORST_FIRST, "failed", "unknown", "waived", "unread"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    table.add_column("")
    most = max((audit.failed for audit in audits), default=0)
    before: Entry | None = None
    for audit in audits:
        counts = [_count(audit.failed_at(each), SEVERITY_STYLE[each]) for each in WORST_FIRST]
        failed = Text.assemble((str(audit.failed), "bold"), _step(audit, before))
        others = _count(audit.unknown, "magenta"), _count(audit.summary.waived, "cyan"), _count(audit.unread, "red")
        table.add_row(when(audit), *counts, failed, *others, _Bar(audit, most))
        before = audit
    return Group(Text.assemble(("Audits over time", "bold"), f" of {plain(project)}\n"), table)


def as_json(project: str, audits: Sequence[Entry], unreadable: Mapping[str, str]) -> str:
    """`{version, project, audits: [{gathered_at, summary, nodes, unread, tool_version, place}], unreadable}`."""
    content = {"version": TREND_VERSION, "project": project, "audits": list(audits), "unreadable": dict(unreadable)}
    return json_document(content).decode()


class _Bar:
    """Failures by severity, as long as the column allows; `most` failures fill it."""

    def __init__(self, audit: Entry, most: int) -> None:
        self._audit, self._most = audit, most

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, min(_BAR, options.max_width))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(_BAR, options.max_width)
        bar = Text(no_wrap=True, overflow="crop")
        for severity in WORST_FIRST:
            count = self._audit.failed_at(severity)
            cells = round(width * count / self._most) if self._most else 0
            bar.append("█" * max(cells, 1 if count else 0), COLOURS[severity])
        yield bar


def _step(audit: Entry, before: Entry | None) -> tuple[str, str]:
    change = audit.failed - before.failed if before else 0
    return (f" {change:+d}", "red" if change > 0 else "green") if change else ("", "")


def _count(number: int, style: str) -> Text:
    return Text(str(number), style if number else "dim")


def when(audit: Entry) -> str:
    """When an audit's facts were read, in UTC."""
    return datetime.fromtimestamp(audit.gathered_at, UTC).strftime("%Y-%m-%d %H:%M")
