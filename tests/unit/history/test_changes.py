"""What is called new, fixed and unchanged, and what can no longer be told."""

from collections.abc import Callable, Iterable

import msgspec
import pytest

from hardening import audit, history
from hardening.errors import Exit
from hardening.model.facts import Facts
from hardening.model.findings import Area, Changes, Check, Finding, Outcome, Report, Severity, Status
from hardening.model.waiver import Waiver
from tests.unit import facts_factory as given

FAIL, PASS, UNKNOWN, MANUAL, NA = (
    Status.FAIL,
    Status.PASS,
    Status.UNKNOWN,
    Status.MANUAL,
    Status.NOT_APPLICABLE,
)


def saying(outcomes: Iterable[Outcome]) -> Callable[[Facts], Iterable[Outcome]]:
    return lambda _: outcomes


def report(*outcomes: Outcome, name: str = "node-a", severity: Severity = Severity.HIGH) -> Report:
    check = Check(name, "A rule", Area.NODE, severity, 1, (), "Because.", "Do.", saying(outcomes))
    return audit.run(given.cluster(), (check,), "shop")


def on(status: Status, subject: str = "web.1", node: str = "node1") -> Outcome:
    return Outcome(subject, status, "seen", "", node)


def waived(of: Report) -> Report:
    waiver = Waiver("node-a", "*", "is replaced", "ops", given.waived().waiver.expires)
    findings = tuple(Finding(each.check, each.outcome, waiver) for each in of.findings)
    return msgspec.structs.replace(of, findings=findings)


def places(changes: Changes) -> dict[str, list[str]]:
    fields = ("new", "fixed", "unchanged", "waived", "unseen")
    found = {name: [each.outcome.subject for each in getattr(changes, name)] for name in fields}
    return {name: subjects for name, subjects in found.items() if subjects}


CASES: dict[str, tuple[tuple[Outcome, ...], tuple[Outcome, ...], dict[str, list[str]]]] = {
    "it was there before": ((on(FAIL),), (on(FAIL),), {"unchanged": ["web.1"]}),
    "it passed before": ((on(PASS),), (on(FAIL),), {"new": ["web.1"]}),
    "it was not there before": ((on(PASS, "db.1"),), (on(PASS, "db.1"), on(FAIL)), {"new": ["web.1"]}),
    "a person was to judge before": ((on(MANUAL),), (on(FAIL),), {"new": ["web.1"]}),
    "it passes now": ((on(FAIL),), (on(PASS),), {"fixed": ["web.1"]}),
    "it does not apply any more": ((on(FAIL),), (on(NA),), {"fixed": ["web.1"]}),
    "a person is to judge now": ((on(FAIL),), (on(MANUAL),), {"unseen": ["web.1"]}),
    "it has gone": ((on(FAIL), on(PASS, "db.1")), (on(PASS, "db.1"),), {"fixed": ["web.1"]}),
    "it could be seen before": ((on(FAIL),), (on(UNKNOWN),), {"unchanged": ["web.1"]}),
    "a gap before is a failure now": ((on(UNKNOWN),), (on(FAIL),), {"new": ["web.1"]}),
    "a gap before is seen now": ((on(UNKNOWN),), (on(PASS),), {"fixed": ["web.1"]}),
    "its node is gone": ((on(FAIL),), (on(UNKNOWN, "node1"),), {"new": ["node1"], "unseen": ["web.1"]}),
    "another node is gone": (
        (on(FAIL),),
        (on(PASS, "db.1"), on(UNKNOWN, "node2", "node2")),
        {"new": ["node2"], "fixed": ["web.1"]},
    ),
    "a finding without a node, and some node is gone": (
        (on(FAIL, "swarm", ""),),
        (on(UNKNOWN, "node2", "node2"),),
        {"new": ["node2"], "unseen": ["swarm"]},
    ),
    "the whole check broke": ((on(FAIL),), (on(UNKNOWN, "cluster", ""),), {"new": ["cluster"], "unseen": ["web.1"]}),
    "the same name on another node": ((on(FAIL),), (on(FAIL, node="node2"),), {"new": ["web.1"], "fixed": ["web.1"]}),
    "one name, two answers": ((on(FAIL), on(PASS)), (on(PASS), on(FAIL)), {"unchanged": ["web.1"]}),
}


@pytest.mark.parametrize(("then", "now", "expected"), CASES.values(), ids=CASES)
def test_findings_are_compared(
    then: tuple[Outcome, ...], now: tuple[Outcome, ...], expected: dict[str, list[str]]
) -> None:
    assert places(history.compare(report(*now), report(*then))) == expected


def test_a_check_that_was_not_asked_leaves_its_findings_open() -> None:
    changes = history.compare(report(on(PASS), name="node-b"), report(on(FAIL)))
    assert places(changes) == {"unseen": ["web.1"]}


def test_what_was_accepted_since_is_not_fixed() -> None:
    assert places(history.compare(waived(report(on(FAIL))), report(on(FAIL)))) == {"waived": ["web.1"]}


def test_what_is_accepted_no_longer_is_new() -> None:
    assert places(history.compare(report(on(FAIL)), waived(report(on(FAIL))))) == {"new": ["web.1"]}


def test_what_was_accepted_both_times_is_nothing_new() -> None:
    assert places(history.compare(waived(report(on(FAIL))), waived(report(on(FAIL))))) == {}


# --- what makes an audit fail ---------------------------------------------------------------------------------------

LIMITS = {
    "a failure": ("", (on(FAIL),), Exit.FAILED),
    "a failure of that severity": ("high", (on(FAIL),), Exit.FAILED),
    "a milder failure": ("critical", (on(FAIL),), Exit.OK),
    "a gap counts like a failure": ("high", (on(UNKNOWN),), Exit.FAILED),
    "a milder gap": ("critical", (on(UNKNOWN),), Exit.OK),
    "an old failure": ("new", (on(FAIL, "old.1"),), Exit.OK),
    "a new failure": ("new", (on(FAIL),), Exit.FAILED),
    "a new gap": ("new", (on(UNKNOWN),), Exit.FAILED),
    "a new failure that is too mild": ("new critical", (on(FAIL),), Exit.OK),
    "a new failure that is not": ("new low", (on(FAIL),), Exit.FAILED),
    "of two severities the milder counts": ("critical medium", (on(FAIL),), Exit.FAILED),
}


@pytest.mark.parametrize(("words", "outcomes", "code"), LIMITS.values(), ids=LIMITS)
def test_what_fails_an_audit_can_be_chosen(words: str, outcomes: tuple[Outcome, ...], code: Exit) -> None:
    now = report(*outcomes)
    now = msgspec.structs.replace(now, changes=history.compare(now, report(on(FAIL, "old.1"))))
    assert audit.exit_code(now, audit.fail_on(words.split(), compared=True)) is code


def test_an_unread_node_is_told_whatever_was_chosen() -> None:
    gone = audit.run(given.GONE, (), "shop")
    gone = msgspec.structs.replace(gone, changes=history.compare(gone, gone))
    assert audit.exit_code(gone, audit.fail_on(["new", "critical"], compared=True)) is Exit.UNREACHABLE
