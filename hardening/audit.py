"""Facts, checks and waivers make a report. Whatever goes wrong in a check is UNKNOWN, and says which check it was."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from hardening import __version__, picture, waivers
from hardening.errors import Exit, HardenError, Stopped, one_line
from hardening.model.facts import Facts
from hardening.model.findings import (
    Area,
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
from hardening.model.waiver import Waiver

NEW = "new"


class FailOn(Struct, frozen=True):
    """Which open findings make an audit fail: those of a severity and worse, of these perhaps only the new ones."""

    severity: Severity = Severity.LOW
    new: bool = False


ANYTHING = FailOn()


def fail_on(words: Iterable[str], *, compared: bool) -> FailOn:
    """`--fail-on`: severities and `new`. Of several severities the mildest counts.

    Raises:
        HardenError: a word is neither, or it is `new` and there is no earlier report to compare with.
    """
    chosen = {word.lower() for word in words}
    if strange := sorted(chosen - {NEW, *Severity}):
        raise HardenError(f"--fail-on: `{strange[0]}` is no severity", f"it takes {', '.join([*Severity, NEW])}")
    if NEW in chosen and not compared:
        raise HardenError("--fail-on new needs an earlier report", "name it: --baseline REPORT.json")
    mildest = min((Severity(word) for word in chosen - {NEW}), key=lambda each: each.weight, default=Severity.LOW)
    return FailOn(mildest, NEW in chosen)


def run(
    facts: Facts,
    checks: Iterable[Check],
    project: str,
    accepted: tuple[Waiver, ...] = (),
    left_out: Iterable[str] = (),
) -> Report:
    """Put every check to the facts, and then the audit's own checks to what the waivers met.

    Args:
        facts: what was read, once.
        checks: the questions; `hardening.checks.load()` gives all of them.
        project: what the report is called.
        accepted: the project's waivers.
        left_out: ids of checks that the user chose not to ask.
    """
    asked = tuple(checks)
    found = _answers((check for check in asked if check.area is not Area.AUDIT), facts)
    judged = waivers.apply(accepted, found, facts.gathered_at)
    used = waivers.uses(accepted, found, {check.id for check in asked}, facts.gathered_at)
    facts = msgspec.structs.replace(facts, waivers=used)
    findings = (*judged, *_answers((check for check in asked if check.area is Area.AUDIT), facts))
    return Report(
        checks=tuple(without_code(check) for check in asked),
        findings=findings,
        summary=_summary(asked, findings),
        unread_nodes={name: node.reason for name, node in facts.nodes.items() if isinstance(node, Unavailable)},
        nodes=tuple(facts.nodes),
        gathered_at=facts.gathered_at,
        tool_version=__version__,
        project=project,
        left_out=tuple(left_out),
        cluster=picture.draw(facts),
        roles=tuple((facts.roles or {}).values()),
    )


def exit_code(report: Report, limit: FailOn = ANYTHING) -> Exit:
    """3 where a node could not be read, 1 where a finding within the limit is open, else 0.

    What could not be seen counts like a failure of the same check: nobody knows that it is less. The same holds for
    a node on which docker-bench-security was to run and did not.
    """
    if report.unread_nodes:
        return Exit.UNREACHABLE
    severity = {check.id: check.severity for check in report.checks}
    findings = report.changes.new if limit.new and report.changes is not None else report.findings
    bad = any(each.is_open and severity[each.check].weight >= limit.severity.weight for each in findings)
    lost = report.docker_bench is not None and bool(report.docker_bench.unread)
    return Exit.FAILED if bad or lost else Exit.OK


def _answers(checks: Iterable[Check], facts: Facts) -> tuple[Finding, ...]:
    return tuple(Finding(check.id, outcome) for check in checks for outcome in _evaluate(check, facts))


def _evaluate(check: Check, facts: Facts) -> Iterator[Outcome]:
    """A check's outcomes; those it gave before it broke are kept, and the break is one more."""
    silent = True
    try:
        for outcome in check.evaluate(facts):
            silent = False
            msgspec.json.encode(outcome)  # an answer that no report can hold breaks its check, not the report
            yield outcome
    except Stopped:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a broken check must not hide the others, nor be a pass
        silent = False
        yield _unanswered(f"the check {check.id} broke: {type(error).__name__}: {one_line(error)}")
    if silent:
        yield _unanswered(f"the check {check.id} gave no answer")


def _unanswered(reason: str) -> Outcome:
    return Outcome("cluster", Status.UNKNOWN, reason)


def _summary(checks: Iterable[Check], findings: Iterable[Finding]) -> Summary:
    severity = {check.id: check.severity for check in checks}
    by_status = dict.fromkeys(Status, 0)
    failed = dict.fromkeys(Severity, 0)
    waived = 0
    for finding in findings:
        if finding.waiver:
            waived += 1
            continue
        by_status[finding.outcome.status] += 1
        if finding.outcome.status is Status.FAIL:
            failed[severity[finding.check]] += 1
    return Summary(by_status, failed, waived)
