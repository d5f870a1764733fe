"""A report as people read it: by check, worst first."""

from collections.abc import Iterable

from msgspec import Struct

from hardening.model.findings import CheckSummary, Finding, Outcome, Ref, Report, Status
from hardening.model.waiver import Waiver

STATUSES = (Status.FAIL, Status.UNKNOWN, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)
"""From what needs attention to what does not."""

WORDS = {
    Status.FAIL: "fail",
    Status.UNKNOWN: "unknown",
    Status.MANUAL: "manual",
    Status.PASS: "pass",
    Status.NOT_APPLICABLE: "n/a",
}

_SHOWN = 4
"""Ids that a sentence names."""


class Group(Struct, frozen=True):
    """A check with its outcomes, worst first. `status` is the worst of them."""

    check: CheckSummary
    outcomes: tuple[Outcome, ...]
    status: Status

    def of(self, status: Status) -> tuple[Outcome, ...]:
        """The outcomes of one status."""
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)


def grouped(report: Report) -> tuple[Group, ...]:
    """Every check of a report: by its worst status, then severity, then id. Waived findings stand apart: `waived`."""
    found: dict[str, list[Outcome]] = {check.id: [] for check in report.checks}
    for finding in report.findings:
        if not finding.waiver:
            found[finding.check].append(finding.outcome)
    groups = []
    for check in report.checks:
        outcomes = tuple(sorted(found[check.id], key=lambda outcome: STATUSES.index(outcome.status)))
        if outcomes:
            groups.append(Group(check, outcomes, outcomes[0].status))
    return tuple(sorted(groups, key=_urgency))


def waived(report: Report) -> tuple[tuple[CheckSummary, Finding, Waiver], ...]:
    """Findings that somebody accepted, the gravest first."""
    checks = {check.id: check for check in report.checks}
    found = [(checks[each.check], each, each.waiver) for each in report.findings if each.waiver]
    return tuple(sorted(found, key=lambda each: (-each[0].severity.weight, each[0].id)))


def left_out(report: Report) -> str:
    """Which checks were not asked, in one sentence; empty when all were."""
    count = len(report.left_out)
    if not count:
        return ""
    named = ", ".join(report.left_out[:_SHOWN]) + (", …" if count > _SHOWN else "")
    return f"{count} check{'s were' if count > 1 else ' was'} not asked, by choice: {named}"


def references(refs: Iterable[Ref]) -> tuple[str, ...]:
    """References for people: `CIS Docker 1.8.0: 2.9 (2.8 in 1.7.0, 1.6.0)`."""
    by_benchmark: dict[str, list[Ref]] = {}
    for ref in refs:
        by_benchmark.setdefault(ref.benchmark, []).append(ref)
    told = []
    for benchmark, found in by_benchmark.items():
        if not found[0].version:
            told += [ref.section for ref in found]
            continue
        current = found[0].version
        sections = [ref.section for ref in found if ref.version == current]
        old: dict[str, list[str]] = {}
        for ref in found:
            if ref.version != current and ref.section not in sections:
                old.setdefault(ref.section, []).append(ref.version)
        former = "; ".join(f"{section} in {', '.join(versions)}" for section, versions in old.items())
        told.append(f"{benchmark} {current}: {', '.join(sections)}" + (f" ({former})" if former else ""))
    return tuple(told)


def _urgency(group: Group) -> tuple[int, int, str]:
    return STATUSES.index(group.status), -group.check.severity.weight, group.check.id
