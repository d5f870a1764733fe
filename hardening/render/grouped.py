"""A report as people read it: by check, worst first."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from hardening.model.findings import CheckSummary, Finding, Outcome, Ref, Report, Status
from hardening.model.waiver import Waiver

from .inert import plain

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
WAIVED = "waived"
"""The word for a finding that is accepted."""


class Group(Struct, frozen=True):
    """A check with its findings, worst first.

    Attributes:
        status: the worst that stands; a failure that a waiver accepts counts like what passed (see `accepted`).
    """

    check: CheckSummary
    findings: tuple[Finding, ...]
    status: Status

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was seen, waived or not."""
        return tuple(finding.outcome for finding in self.findings)

    @property
    def waived(self) -> tuple[Finding, ...]:
        """What a waiver accepts: failures, and what a person would have to judge."""
        return tuple(finding for finding in self.findings if is_waived(finding))

    @property
    def accepted(self) -> bool:
        """Whether nothing stands against the check but what waivers accept."""
        return bool(self.waived) and self.status is Status.PASS

    def of(self, status: Status) -> tuple[Outcome, ...]:
        """The outcomes of one status, without what is waived."""
        return tuple(each.outcome for each in self.findings if each.outcome.status == status and not is_waived(each))


def is_waived(finding: Finding) -> bool:
    """Whether somebody accepted it."""
    return finding.waiver is not None


def tally(report: Report) -> Counter[str]:
    """Answers by status; failures that are accepted are counted as WAIVED instead."""
    return Counter(WAIVED if is_waived(each) else each.outcome.status.value for each in report.findings)


def grouped(report: Report) -> tuple[Group, ...]:
    """Every check of a report: by its worst status, then severity, then id."""
    checks = [_inert(check) for check in report.checks]
    found: dict[str, list[Finding]] = {check.id: [] for check in checks}
    for finding in report.findings:
        found[finding.check].append(finding)
    groups = []
    for check in checks:
        findings = tuple(sorted(found[check.id], key=_standing))
        if findings:
            first = findings[0]
            groups.append(Group(check, findings, Status.PASS if is_waived(first) else first.outcome.status))
    return tuple(sorted(groups, key=_urgency))


def _inert(check: CheckSummary) -> CheckSummary:
    """A check of a user's own, or of a report that others wrote, may hold anything in its words."""
    words = {name: plain(getattr(check, name)) for name in ("title", "rationale", "remediation")}
    return msgspec.structs.replace(check, **words)


def _standing(finding: Finding) -> int:
    """Its place among the statuses; what is waived stands just before what passed."""
    return STATUSES.index(Status.PASS if is_waived(finding) else finding.outcome.status)


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
    return tuple(map(plain, told))


def _urgency(group: Group) -> tuple[int, int, str]:
    return STATUSES.index(group.status), -group.check.severity.weight, group.check.id
