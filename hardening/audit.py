"""Facts and checks make a report. Whatever goes wrong in a check is UNKNOWN, and says which check it was."""

from collections.abc import Iterable, Iterator

from hardening import __version__, picture
from hardening.errors import Exit
from hardening.model.facts import Facts
from hardening.model.findings import (
    Check,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    Summary,
    without_code,
)
from hardening.model.known import Unavailable


def run(facts: Facts, checks: Iterable[Check], project: str) -> Report:
    """Put every check to the facts.

    Args:
        facts: what was read, once.
        checks: the questions; `hardening.checks.load()` gives all of them.
        project: what the report is called.
    """
    asked = tuple(checks)
    findings = tuple(Finding(check.id, outcome) for check in asked for outcome in _evaluate(check, facts))
    return Report(
        checks=tuple(without_code(check) for check in asked),
        findings=findings,
        summary=_summary(asked, findings),
        unread_nodes={name: node.reason for name, node in facts.nodes.items() if isinstance(node, Unavailable)},
        nodes=tuple(facts.nodes),
        gathered_at=facts.gathered_at,
        tool_version=__version__,
        project=project,
        cluster=picture.draw(facts),
    )


def exit_code(report: Report) -> Exit:
    """3 where a node could not be read, 1 where anything failed or is unknown, else 0."""
    if report.unread_nodes:
        return Exit.UNREACHABLE
    bad = any(report.summary.by_status.get(status) for status in (Status.FAIL, Status.UNKNOWN))
    return Exit.FAILED if bad else Exit.OK


def _evaluate(check: Check, facts: Facts) -> Iterator[Outcome]:
    """A check's outcomes; those it gave before it broke are kept, and the break is one more."""
    silent = True
    try:
        for outcome in check.evaluate(facts):
            silent = False
            yield outcome
    except Exception as error:  # noqa: BLE001 - a broken check must not hide the others, and is never a pass
        silent = False
        yield _unanswered(f"the check {check.id} broke: {type(error).__name__}: {error}")
    if silent:
        yield _unanswered(f"the check {check.id} gave no answer")


def _unanswered(reason: str) -> Outcome:
    return Outcome("cluster", Status.UNKNOWN, reason)


def _summary(checks: Iterable[Check], findings: Iterable[Finding]) -> Summary:
    severity = {check.id: check.severity for check in checks}
    by_status = dict.fromkeys(Status, 0)
    failed = dict.fromkeys(Severity, 0)
    for finding in findings:
        by_status[finding.outcome.status] += 1
        if finding.outcome.status is Status.FAIL:
            failed[severity[finding.check]] += 1
    return Summary(by_status, failed)
