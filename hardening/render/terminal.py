"""The report in a terminal: what matters first, short."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hardening.model.findings import Outcome, Report, Severity, Status

from . import beside
from . import grouped as by_check
from .inert import plain

SEVERITY_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
}
STATUS_STYLE = {
    Status.FAIL: "bold red",
    Status.UNKNOWN: "magenta",
    Status.MANUAL: "cyan",
    Status.PASS: "green",
    Status.NOT_APPLICABLE: "dim",
}
_SHOWN_SUBJECTS = 8
"""Subjects of one failed check that the short form names."""


def render(report: Report, *, everything: bool = False) -> RenderableType:
    """Failures, then what could not be seen, then what a person must judge; `everything` adds what is fine."""
    groups = by_check.grouped(report)
    return Group(
        _heading(report),
        *_unread(report),
        *_failures(groups, everything=everything),
        *(_whole(groups) if everything else _unknown(groups)),
        *(() if everything else _manual(groups)),
        *beside.accepted(report, everything=everything),
        *beside.second_opinion(report, everything=everything),
        *beside.changes(report.changes, everything=everything),
        *_left_out(report),
        _totals(report, everything=everything),
    )


def show(report: Report, console: Console, *, everything: bool = False) -> None:
    """Print a report."""
    console.print(render(report, everything=everything))


def headline(report: Report) -> str:
    """The verdict as one line of plain text."""
    return _totals(report, everything=True).plain.strip()


def _heading(report: Report) -> Text:
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    nodes = f"{len(report.nodes)} node{'s' if len(report.nodes) != 1 else ''}"
    return Text.assemble(("Security audit", "bold"), f" of {plain(report.project)} · {nodes} · {when}\n")


def _unread(report: Report) -> Iterator[Text]:
    for node, reason in report.unread_nodes.items():
        yield Text.assemble((f" {plain(node)} could not be read ", "bold white on red"), f" {plain(reason)}\n")


def _failures(groups: tuple[by_check.Group, ...], *, everything: bool) -> Iterator[RenderableType]:
    for group in groups:
        failed = group.of(Status.FAIL)
        if not failed:
            continue
        check = group.check
        yield Text.assemble(
            (f" {check.severity.upper()} ", SEVERITY_STYLE[check.severity]),
            (f" {check.title}", "bold"),
            (f"  {check.id}", "dim"),
        )
        shown = failed if everything else failed[:_SHOWN_SUBJECTS]
        yield Padding(_subjects(shown), (0, 0, 0, 2))
        if len(shown) < len(failed):
            yield Text(f"  … and {len(failed) - len(shown)} more", "dim")
        yield Padding(_advice(failed, check.remediation), (0, 0, 1, 2))


def _advice(failed: tuple[Outcome, ...], remediation: str) -> Table:
    """What was wanted, where it is the same for all, and what to do."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    expected = {outcome.expected for outcome in failed if outcome.expected}
    if len(expected) == 1:
        table.add_row("wanted", Text(plain(expected.pop())))
    table.add_row("fix", Text(remediation))
    return table


def _subjects(outcomes: tuple[Outcome, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=False, max_width=44, style="cyan")
    table.add_column(overflow="fold")
    for outcome in outcomes:
        table.add_row(Text(_where(outcome)), Text(plain(outcome.observed)))
    return table


def _unknown(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    """What could not be seen, by its reason: one missing node silences many checks."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for group in groups:
        for outcome in group.of(Status.UNKNOWN):
            reasons.setdefault((outcome.node or outcome.subject, outcome.observed), []).append(group.check.id)
    if not reasons:
        return
    yield Text("Could not be seen", STATUS_STYLE[Status.UNKNOWN])
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    for (where, reason), checks in reasons.items():
        unique = list(dict.fromkeys(checks))
        asked = unique[0] if len(unique) == 1 else f"{len(unique)} checks"
        table.add_row(Text(plain(where)), Text.assemble(plain(reason), (f"  {asked}", "dim")))
    yield Padding(table, (0, 0, 1, 2))


def _manual(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    judged = [group for group in groups if group.of(Status.MANUAL)]
    if not judged:
        return
    yield Text("For a person to judge", STATUS_STYLE[Status.MANUAL])
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    for group in judged:
        first = group.of(Status.MANUAL)[0]
        table.add_row(group.check.id, Text(plain(first.observed)))
    yield Padding(table, (0, 0, 1, 2))


def _whole(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for name in ("status", "check", "subject", "observed"):
        table.add_column(name, overflow="fold")
    for group in groups:
        for outcome in group.outcomes:
            if outcome.status is Status.FAIL:
                continue
            table.add_row(
                Text(by_check.WORDS[outcome.status], STATUS_STYLE[outcome.status]),
                Text(group.check.id),
                Text(_where(outcome)),
                Text(plain(outcome.observed)),
            )
    yield Padding(table, (0, 0, 1, 0))


def _left_out(report: Report) -> Iterator[Text]:
    if report.left_out:
        yield Text(plain(by_check.left_out(report)), "yellow")


def _totals(report: Report, *, everything: bool) -> Text:
    line = Text()
    for severity in sorted(Severity, key=lambda each: -each.weight):
        count = report.summary.failed_by_severity.get(severity, 0)
        if count:
            line.append(f" {count} {severity} ", SEVERITY_STYLE[severity]).append(" ")
    if not line:
        line.append("nothing failed ", "bold green")
    counts = ", ".join(
        f"{report.summary.by_status.get(status, 0)} {by_check.WORDS[status]}" for status in by_check.STATUSES
    )
    accepted = f", {report.summary.waived} waived" if report.summary.waived else ""
    line.append(f"· {len(report.checks)} checks: {counts}{accepted}")
    if not everything:
        line.append("  (--all shows everything)", "dim")
    return line


def _where(outcome: Outcome) -> str:
    """Subject, with the node where the name does not say it."""
    node = f" on {outcome.node}" if outcome.node and outcome.node not in outcome.subject else ""
    return plain(f"{outcome.subject}{node}")
