"""The report in a terminal: the verdict, what is broken and how to mend it, what to do next."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from hardening.model.findings import Outcome, Report, Severity, Status

from . import beside
from . import grouped as by_check
from .inert import plain
from .words import counted, verdict

SEVERITY_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold magenta",
    Severity.LOW: "bold blue",
}
"""Colours that can be read on a light and on a dark background."""
STATUS_STYLE = {
    Status.FAIL: "bold red",
    Status.UNKNOWN: "magenta",
    Status.MANUAL: "bold",
    Status.PASS: "green",
    Status.NOT_APPLICABLE: "dim",
}
_SHOWN_SUBJECTS = 8
"""Subjects of one broken rule that the short form names."""
_IN_FULL = (Severity.CRITICAL, Severity.HIGH)
"""Rules of these weights are told with what was wanted; of the others the short form has the remedy."""
_WIDEST = 120
"""Columns past which lines of text are hard to read."""


def render(report: Report, *, everything: bool = False) -> RenderableType:
    """The verdict, failures, what could not be seen, what a person must judge; `everything` adds what is fine."""
    groups = by_check.grouped(report)
    return Group(
        *_heading(report, groups),
        *_unread(report),
        *_failures(groups, everything=everything),
        *(_whole(groups) if everything else (*_unknown(groups), *_manual(groups))),
        *beside.accepted(report, everything=everything),
        *beside.second_opinion(report, everything=everything),
        *beside.changes(report.changes, everything=everything),
        *_left_out(report),
        *_next(groups, everything=everything),
    )


def show(report: Report, console: Console, *, everything: bool = False) -> None:
    """Print a report, no wider than can be read, and without blanks at the ends of lines."""
    options = console.options.update_width(min(console.width, _WIDEST))
    lines = console.render_lines(render(report, everything=everything), options, pad=False)
    coloured = console.color_system is not None
    console.print(_Lines([_trimmed(line, coloured=coloured) for line in lines]), end="")


def _trimmed(line: list[Segment], *, coloured: bool) -> list[Segment]:
    """A line without blanks at its end, but for those on a coloured ground."""
    kept = list(line)
    while kept and not (coloured and kept[-1].style and kept[-1].style.bgcolor):
        text = kept[-1].text.rstrip()
        if text:
            kept[-1] = Segment(text, kept[-1].style)
            break
        kept.pop()
    return kept


class _Lines:
    """Lines that are laid out already."""

    def __init__(self, lines: list[list[Segment]]) -> None:
        self._lines = lines

    def __rich_console__(self, *_: object) -> Iterator[Segment]:
        for line in self._lines:
            yield from line
            yield Segment.line()


def headline(report: Report) -> str:
    """The verdict as one line of plain text."""
    groups = by_check.grouped(report)
    return f"{verdict(report, groups).rstrip('.')}: {_tally(report)}"


def _heading(report: Report, groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    about = f" · {counted(len(report.nodes), 'node')} · {counted(len(report.checks), 'check')} · {when}"
    yield Text.assemble(("Security audit", "bold"), f" of {plain(report.project)}", (about, "dim"))
    failed = any(group.status is Status.FAIL for group in groups)
    style = "bold red" if failed else STATUS_STYLE[Status.UNKNOWN if _open(groups) else Status.PASS]
    yield Text(f"\n{verdict(report, groups)}", style)
    yield Text(f"{_tally(report)}\n", "dim")


def _open(groups: tuple[by_check.Group, ...]) -> bool:
    return any(group.status is Status.UNKNOWN for group in groups)


def _tally(report: Report) -> str:
    counts = by_check.tally(report)
    told = [f"{counts[status]} {by_check.WORDS[status]}" for status in by_check.STATUSES]
    accepted = [f"{counts[by_check.WAIVED]} waived"] if counts[by_check.WAIVED] else []
    return f"{counted(len(report.findings), 'answer')}: {', '.join([*told, *accepted])}"


def _unread(report: Report) -> Iterator[Text]:
    for node, reason in report.unread_nodes.items():
        yield Text.assemble((f" {plain(node)} could not be read ", "bold white on red"), f" {plain(reason)}\n")


# --- what is broken -------------------------------------------------------------------------------------------------


def _failures(groups: tuple[by_check.Group, ...], *, everything: bool) -> Iterator[RenderableType]:
    for severity in sorted(Severity, key=lambda each: -each.weight):
        broken = [group for group in groups if group.status is Status.FAIL and group.check.severity is severity]
        if broken:
            yield Text.assemble((f" {severity.upper()} ", SEVERITY_STYLE[severity]), (f" {len(broken)}", "dim"))
        for group in broken:
            yield Padding(_failure(group, everything=everything), (0, 0, 1, 1))


def _failure(group: by_check.Group, *, everything: bool) -> RenderableType:
    check, failed = group.check, group.of(Status.FAIL)
    shown = failed if everything else failed[:_SHOWN_SUBJECTS]
    parts: list[RenderableType] = [Text.assemble((check.title, "bold"), ("  " + check.id, "dim"))]
    parts.append(Padding(_subjects(shown), (0, 0, 0, 2)))
    if len(shown) < len(failed):
        parts.append(Text(f"  … and {len(failed) - len(shown)} more", "dim"))
    in_full = everything or check.severity in _IN_FULL
    parts.append(Padding(_advice(failed, check.remediation, in_full=in_full), (0, 0, 0, 2)))
    return Group(*parts)


def _advice(failed: tuple[Outcome, ...], remediation: str, *, in_full: bool) -> Table:
    """What was wanted, where it is the same for all, and what to do."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", min_width=6 if in_full else 1)
    table.add_column(overflow="fold")
    expected = {outcome.expected for outcome in failed if outcome.expected}
    if in_full and len(expected) == 1:
        table.add_row("wanted", Text(plain(expected.pop())))
    table.add_row("fix", Text(remediation))
    return table


def _subjects(outcomes: tuple[Outcome, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="red", width=1)
    table.add_column(max_width=44)
    table.add_column(overflow="fold")
    for outcome in outcomes:
        table.add_row("✕", Text(_where(outcome)), Text(plain(outcome.observed)))
    return table


# --- what is open ---------------------------------------------------------------------------------------------------


def _unknown(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    """What could not be seen, by its reason: one missing node silences many checks."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for group in groups:
        for outcome in group.of(Status.UNKNOWN):
            reasons.setdefault((outcome.node or outcome.subject, outcome.observed), []).append(group.check.id)
    table = _columns()
    for (where, reason), checks in reasons.items():
        unique = list(dict.fromkeys(checks))
        asked = unique[0] if len(unique) == 1 else f"{len(unique)} checks"
        table.add_row(Text(plain(where)), Text.assemble(plain(reason), (f"  {asked}", "dim")))
    yield from _listed("Could not be seen", Status.UNKNOWN, table)


def _manual(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    table = _columns()
    for group in groups:
        for outcome in group.of(Status.MANUAL)[:1]:
            table.add_row(Text(group.check.id), Text(plain(outcome.observed)))
    yield from _listed("For a person to judge", Status.MANUAL, table)


def _listed(heading: str, status: Status, table: Table) -> Iterator[RenderableType]:
    if table.row_count:
        yield Text(heading, STATUS_STYLE[status])
        yield Padding(table, (0, 0, 1, 1))


def _columns() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=44)
    table.add_column(overflow="fold")
    return table


# --- the rest -------------------------------------------------------------------------------------------------------


def _whole(groups: tuple[by_check.Group, ...]) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for name in ("status", "check", "subject", "observed"):
        table.add_column(name, overflow="fold")
    for group in groups:
        for outcome in (each for status in by_check.STATUSES for each in group.of(status)):
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
        yield Text(f"{plain(by_check.left_out(report))}\n", "magenta")


def _next(groups: tuple[by_check.Group, ...], *, everything: bool) -> Iterator[RenderableType]:
    """Commands that lead on from here."""
    table = Table.grid(padding=(0, 2))
    failed = next((group for group in groups if group.status is Status.FAIL), None)
    if failed:
        table.add_row(f"harden checks show {failed.check.id}", Text("why the first of these rules is one", "dim"))
        table.add_row("harden plan", Text("what a deploy would mend", "dim"))
    table.add_row("harden audit -o report.html", Text("all of it for a browser, with pictures", "dim"))
    if not everything:
        table.add_row("harden audit --all", Text("what passed, too", "dim"))
    yield Text("Next", "bold")
    yield Padding(table, (0, 0, 0, 1))


def _where(outcome: Outcome) -> str:
    """Subject, with the node where the name does not say it."""
    node = f" on {outcome.node}" if outcome.node and outcome.node not in outcome.subject else ""
    return plain(f"{outcome.subject}{node}")
