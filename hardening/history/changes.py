"""What became of findings between two audits of a cluster."""

from collections.abc import Iterable, Mapping

from hardening.model.findings import Changes, Finding, Report, Status

Key = tuple[str, str, str]


def compare(report: Report, earlier: Report) -> Changes:
    """Open findings of both, each in one of five places; see `Changes`.

    A finding is fixed only where that was seen: its subject now passes or has gone, its check was asked, and nothing
    that the check says of that node is unknown.
    """
    now, then = _by_key(report.findings), _by_key(earlier.findings)
    blind = _Blind(report)
    new: list[Finding] = []
    fixed: list[Finding] = []
    unchanged: list[Finding] = []
    waived: list[Finding] = []
    unseen: list[Finding] = []
    for key, finding in now.items():
        if finding.is_open:
            (unchanged if _was_open(finding, then.get(key)) else new).append(finding)
    for key, finding in then.items():
        if not finding.is_open:
            continue
        current = now.get(key)
        if current is not None and current.is_open:
            continue
        if current is not None and current.waiver:
            waived.append(current)
        elif blind.to(finding, current):
            unseen.append(finding)
        else:
            fixed.append(finding)
    return Changes(
        since=earlier.gathered_at,
        project=earlier.project,
        tool_version=earlier.tool_version,
        new=tuple(new),
        fixed=tuple(fixed),
        unchanged=tuple(unchanged),
        waived=tuple(waived),
        unseen=tuple(unseen),
    )


class _Blind:
    """Where an audit cannot tell that something has gone."""

    def __init__(self, report: Report) -> None:
        self._asked = {check.id for check in report.checks}
        self._unknown = {(each.check, each.outcome.node) for each in report.findings if _is_gap(each)}

    def to(self, finding: Finding, current: Finding | None) -> bool:
        """Whether the finding may still be there although it is not among the open ones."""
        if finding.check not in self._asked:
            return True
        if current is not None:
            return current.outcome.status is Status.MANUAL
        gaps = {(finding.check, finding.outcome.node), (finding.check, "")}
        return bool(gaps & self._unknown) or (not finding.outcome.node and self._any_gap(finding.check))

    def _any_gap(self, check: str) -> bool:
        return any(asked == check for asked, _ in self._unknown)


def _by_key(findings: Iterable[Finding]) -> Mapping[Key, Finding]:
    """Findings by what identifies them; of several with one name the worst."""
    found: dict[Key, Finding] = {}
    for finding in findings:
        before = found.get(finding.key)
        if before is None or _weight(finding) > _weight(before):
            found[finding.key] = finding
    return found


def _weight(finding: Finding) -> int:
    if finding.is_open:
        return 3 if finding.outcome.status is Status.FAIL else 2
    return 1 if finding.waiver else 0


def _was_open(finding: Finding, before: Finding | None) -> bool:
    """Whether this was known before. A gap that turns out to be a failure is news."""
    if before is None or not before.is_open:
        return False
    return not (_is_gap(before) and finding.outcome.status is Status.FAIL)


def _is_gap(finding: Finding) -> bool:
    return finding.outcome.status is Status.UNKNOWN
