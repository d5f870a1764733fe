"""The report in Markdown (GitHub's), for issues and merge requests."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from hardening.model.bench import Agreement
from hardening.model.findings import Report, Severity, Status

from .grouped import STATUSES, WORDS, Group, grouped, left_out, references, waived
from .inert import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:])")


def render(report: Report) -> str:
    """Summary, failures with what to do, what could not be seen, what a person must judge."""
    return "\n".join(_lines(report)).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Text that Markdown takes as it is: no link, no HTML, no mention, no table edge."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def _coded(text: str) -> str:
    """The same, with what stands between backticks as code; of a backtick without another no code begins."""
    parts = text.split("`")
    if not len(parts) % 2:
        return escaped(text)
    return "".join(f"`{plain(part)}`" if i % 2 else escaped(part) for i, part in enumerate(parts))


def _lines(report: Report) -> Iterator[str]:
    groups = grouped(report)
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"# Security audit of {escaped(report.project)}"
    yield ""
    yield f"{when} · {len(report.nodes)} nodes · {len(report.checks)} checks · harden {escaped(report.tool_version)}"
    yield ""
    for node, reason in report.unread_nodes.items():
        yield f"> **{escaped(node)} could not be read:** {escaped(reason)}"
        yield ""
    if sentence := left_out(report):
        yield escaped(sentence)
        yield ""
    yield "| " + " | ".join(WORDS[status] for status in STATUSES) + " |"
    yield "|" + " ---: |" * len(STATUSES)
    yield "| " + " | ".join(str(report.summary.by_status.get(status, 0)) for status in STATUSES) + " |"
    yield ""
    yield from _failures(groups)
    yield from _listed(groups, Status.UNKNOWN, "Could not be seen")
    yield from _listed(groups, Status.MANUAL, "For a person to judge")
    yield from _waived(report)
    yield from _profiles(report)
    yield from _changes(report)
    yield from _second_opinion(report)


def _waived(report: Report) -> Iterator[str]:
    found = waived(report)
    if not found:
        return
    yield "## Waived"
    yield ""
    yield "| where | check | reason | owner | until |"
    yield "| --- | --- | --- | --- | --- |"
    for check, finding, waiver in found:
        place = (
            f"{finding.outcome.subject} ({finding.outcome.node})" if finding.outcome.node else finding.outcome.subject
        )
        words = (escaped(place), f"`{check.id}`", escaped(waiver.reason), escaped(waiver.owner), str(waiver.expires))
        yield f"| {' | '.join(words)} |"
    yield ""


def _profiles(report: Report) -> Iterator[str]:
    if not report.roles:
        return
    yield "## Profiles"
    yield ""
    yield "| role | system calls | made in a scenario | known holes closed | open questions | proof |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for role in report.roles:
        closed = f"{role.holes_closed} of {role.holes}"
        size = f"{role.syscalls} (Docker's default: {role.docker_default})"
        figures = (size, role.recorded, closed, len(role.open), role.standing)
        yield f"| {escaped(role.role)} | {' | '.join(map(str, figures))} |"
    yield ""


def _changes(report: Report) -> Iterator[str]:
    changes = report.changes
    if changes is None:
        return
    since = datetime.fromtimestamp(changes.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"## Since {since}"
    yield ""
    yield f"{len(changes.new)} new, {len(changes.fixed)} fixed, {len(changes.unchanged)} unchanged, "
    yield f"{len(changes.waived)} waived since, {len(changes.unseen)} that can no longer be told."
    yield ""
    for heading, found in (("New", changes.new), ("Fixed", changes.fixed), ("Can no longer be told", changes.unseen)):
        if found:
            yield f"### {heading}"
            yield ""
            for each in found:
                yield f"- {escaped(each.check)}: {escaped(each.outcome.subject)}: {escaped(each.outcome.observed)}"
            yield ""


def _second_opinion(report: Report) -> Iterator[str]:
    comparison = report.docker_bench
    if comparison is None:
        return
    found = [item for item in comparison.items if item.agreement is Agreement.DISAGREE]
    yield "## docker-bench-security"
    yield ""
    agreed = sum(item.agreement is Agreement.AGREE for item in comparison.items)
    yield f"{escaped(comparison.benchmark)}: {agreed} verdicts agree, {len(found)} disagree."
    yield ""
    for node, reason in comparison.unread.items():
        yield f"> **No verdict from {escaped(node)}:** {escaped(reason)}"
        yield ""
    if found:
        yield "| item | node | docker-bench | harden | what decides |"
        yield "| --- | --- | --- | --- | --- |"
        for item in found:
            theirs, ours = item.theirs.result if item.theirs else "", WORDS[item.ours] if item.ours else ""
            words = (item.item, item.node, theirs, ours, item.fact)
            yield f"| {' | '.join(escaped(word) for word in words)} |"
        yield ""


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
            yield f"**Fix:** {_coded(check.remediation)}"
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
