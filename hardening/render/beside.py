"""What stands beside the findings in a terminal: what is waived, what changed, what another tool says."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hardening.model.bench import Agreement, BenchComparison, ComparedItem
from hardening.model.findings import Changes, Finding, Report

from .grouped import WORDS, waived
from .inert import plain

_SHOWN = 12
"""Lines of one list that the short form shows."""


def accepted(report: Report, *, everything: bool) -> Iterator[RenderableType]:
    """Waived findings with their reasons."""
    found = waived(report)
    if not found:
        return
    yield Text("Waived", "bold")
    rows = [
        (
            where(finding),
            Text.assemble(
                plain(waiver.reason), (f"  {plain(waiver.owner)}, until {waiver.expires}  {check.id}", "dim")
            ),
        )
        for check, finding, waiver in found
    ]
    yield _table(rows, everything=everything)


def changes(since: Changes | None, *, everything: bool) -> Iterator[RenderableType]:
    """What is new, fixed and out of sight since an earlier audit."""
    if since is None:
        return
    yield _changes_line(since)
    for heading, style, found in (
        ("New", "bold red", since.new),
        ("Fixed", "green", since.fixed),
        ("Can no longer be told", "magenta", since.unseen),
    ):
        if found:
            yield Text(f"  {heading}", style)
            rows = [
                (where(each), Text.assemble(plain(each.outcome.observed), (f"  {plain(each.check)}", "dim")))
                for each in found
            ]
            yield _table(rows, everything=everything, indent=4)


def _changes_line(found: Changes) -> Text:
    since = datetime.fromtimestamp(found.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    counts = f"{len(found.new)} new, {len(found.fixed)} fixed, {len(found.unchanged)} unchanged"
    more = [f"{len(found.waived)} waived since"] if found.waived else []
    more += [f"{len(found.unseen)} that can no longer be told"] if found.unseen else []
    return Text.assemble((f"Since {since}", "bold"), f" of {plain(found.project)}  {', '.join([counts, *more])}")


def second_opinion(report: Report, *, everything: bool) -> Iterator[RenderableType]:
    """docker-bench-security's verdicts: what it disagrees in, and the fact that decides."""
    if report.docker_bench is None:
        return
    yield _counts(report.docker_bench)
    for node, reason in report.docker_bench.unread.items():
        yield Text.assemble((f"  {plain(node)}: no verdict", "magenta"), f"  {plain(reason)}")
    wanted = set(Agreement) if everything else {Agreement.DISAGREE}
    items = [item for item in report.docker_bench.items if item.agreement in wanted]
    if items:
        yield _compared(items)
    yield Text()


def where(finding: Finding) -> str:
    """Subject, with the node where the name does not say it."""
    outcome = finding.outcome
    node = f" on {outcome.node}" if outcome.node and outcome.node not in outcome.subject else ""
    return plain(f"{outcome.subject}{node}")


def _counts(comparison: BenchComparison) -> Text:
    counts = {each: sum(item.agreement is each for item in comparison.items) for each in Agreement}
    return Text.assemble(
        ("docker-bench-security", "bold"),
        f"  ({plain(comparison.benchmark)})  {counts[Agreement.AGREE]} agree, {counts[Agreement.DISAGREE]} disagree, "
        f"{counts[Agreement.UNDECIDED]} left open by one of the two, {counts[Agreement.THEIRS_ONLY]} only there, "
        f"{counts[Agreement.OURS_ONLY]} only here",
    )


def _compared(items: Iterable[ComparedItem]) -> Padding:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("item", "node", "theirs", "ours", "what decides"):
        table.add_column(name, overflow="fold")
    for item in items:
        theirs = (item.theirs.result or "no answer") if item.theirs else "-"
        decides = Text.assemble(plain(item.fact), (f"  {', '.join(item.checks)}", "dim"))
        ours = WORDS[item.ours] if item.ours else "-"
        table.add_row(Text(plain(item.item)), Text(plain(item.node)), Text(plain(theirs)), Text(ours), decides)
    return Padding(table, (0, 0, 0, 2))


def _table(rows: list[tuple[str, Text]], *, everything: bool, indent: int = 2) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=44)
    table.add_column(overflow="fold")
    shown = rows if everything else rows[:_SHOWN]
    for name, text in shown:
        table.add_row(Text(name), text)
    if len(shown) < len(rows):
        table.add_row(Text(f"… and {len(rows) - len(shown)} more"), Text())
    return Padding(table, (0, 0, 1, indent))
