"""The report in Markdown (GitHub's), for issues and merge requests."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from hardening.model.findings import Report, Severity, Status

from .grouped import STATUSES, WORDS, Group, grouped, references
from .inert import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:])")


def render(report: Report) -> str:
    """Summary, failures with what to do, what could not be seen, what a person must judge."""
    return "\n".join(_lines(report)).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Text that Markdown takes as it is: no link, no HTML, no mention, no table edge."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def _lines(report: Report) -> Iterator[str]:
    groups = grouped(report)
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"# Security audit of {escaped(report.project)}"
    yield ""
    yield f"{when} · {len(report.nodes)} nodes · {len(report.checks)} checks · harden {report.tool_version}"
    yield ""
    for node, reason in report.unread_nodes.items():
        yield f"> **{escaped(node)} could not be read:** {escaped(reason)}"
        yield ""
    yield "| " + " | ".join(WORDS[status] for status in STATUSES) + " |"
    yield "|" + " ---: |" * len(STATUSES)
    yield "| " + " | ".join(str(report.summary.by_status.get(status, 0)) for status in STATUSES) + " |"
    yield ""
    yield from _failures(groups)
    yield from _listed(groups, Status.UNKNOWN, "Could not be seen")
    yield from _listed(groups, Status.MANUAL, "For a person to judge")


def _failures(groups: tuple[Group, ...]) -> Iterator[str]:
    for severity in sorted(Severity, key=lambda each: -each.weight):
        failed = [group for group in groups if group.status is Status.FAIL and group.check.severity is severity]
        if not failed:
            continue
        yield f"## {severity.capitalize()}"
        yield ""
        for group in failed:
            check = group.check
            yield f"### {escaped(check.title)}"
            yield ""
            yield f"`{check.id}` · {escaped('; '.join(references(check.refs)) or 'own check')}"
            yield ""
            yield f"{escaped(check.rationale)}"
            yield ""
            yield "| where | observed | expected |"
            yield "| --- | --- | --- |"
            for outcome in group.of(Status.FAIL):
                where = f"{outcome.subject} ({outcome.node})" if outcome.node else outcome.subject
                yield f"| {escaped(where)} | {escaped(outcome.observed)} | {escaped(outcome.expected)} |"
            yield ""
            yield f"**Fix:** {check.remediation}"
            yield ""


def _listed(groups: tuple[Group, ...], status: Status, heading: str) -> Iterator[str]:
    found = [(group, outcome) for group in groups for outcome in group.of(status)]
    if not found:
        return
    yield f"## {heading}"
    yield ""
    for group, outcome in found:
        yield f"- `{group.check.id}` {escaped(outcome.subject)}: {escaped(outcome.observed)}"
    yield ""
