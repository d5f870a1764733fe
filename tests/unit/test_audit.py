"""Facts and checks make a report in which nothing is lost and nothing passes by accident."""

import sys
from collections.abc import Callable, Iterable, Iterator

import msgspec
import pytest

from hardening import __version__, audit, checks
from hardening.errors import Exit, Stopped
from hardening.model.facts import Facts
from hardening.model.findings import Area, Check, Outcome, Report, Severity, Status
from tests.unit import facts_factory as given


def check(check_id: str, evaluate: Callable[[Facts], Iterable[Outcome]], severity: Severity = Severity.HIGH) -> Check:
    return Check(check_id, "A rule", Area.NODE, severity, 1, (), "Because.", "Do it.", evaluate)


def saying(*statuses: Status) -> Callable[[Facts], Iterable[Outcome]]:
    return lambda _: [Outcome(f"s{number}", status, "seen") for number, status in enumerate(statuses)]


def run(*asked: Check, facts: Facts = given.GONE) -> Report:
    return audit.run(facts, asked, "shop")


def broken(_: Facts) -> Iterator[Outcome]:
    yield Outcome("first", Status.PASS, "seen")
    raise KeyError("no such thing")


def test_a_check_that_breaks_is_unknown_and_named_and_what_it_said_before_is_kept() -> None:
    first, last = (finding.outcome for finding in run(check("node-broken", broken)).findings)
    assert first.status is Status.PASS
    assert last.status is Status.UNKNOWN
    assert "node-broken" in last.observed
    assert "no such thing" in last.observed


def leaving(_: Facts) -> Iterator[Outcome]:
    sys.exit(0)
    yield


def test_a_check_that_ends_the_program_is_unknown_and_ends_nothing() -> None:
    (finding,) = run(check("node-leaving", leaving)).findings
    assert (finding.outcome.status, "SystemExit" in finding.outcome.observed) == (Status.UNKNOWN, True)


def stopped(_: Facts) -> Iterator[Outcome]:
    raise Stopped(143)
    yield


def test_a_signal_during_a_check_ends_the_audit() -> None:
    with pytest.raises(Stopped):
        run(check("node-slow", stopped))


def raising(_: Facts) -> Iterator[Outcome]:
    raise ValueError("\udcff\n" + "x" * 1000)
    yield


@pytest.mark.parametrize("evaluate", [raising, lambda _: [Outcome("\udcff", Status.PASS, "seen")]])
def test_an_answer_that_no_report_can_hold_is_unknown(evaluate: Callable[[Facts], Iterable[Outcome]]) -> None:
    report = run(check("node-odd", evaluate))
    assert [finding.outcome.status for finding in report.findings] == [Status.UNKNOWN]
    assert len(msgspec.json.encode(report.findings)) < 600


def test_a_check_that_breaks_does_not_hide_the_next() -> None:
    report = run(check("node-broken", broken), check("node-good", saying(Status.PASS)))
    assert [finding.check for finding in report.findings] == ["node-broken", "node-broken", "node-good"]


def test_a_check_without_an_answer_is_unknown() -> None:
    (finding,) = run(check("node-silent", saying())).findings
    assert finding.outcome.status is Status.UNKNOWN
    assert "node-silent" in finding.outcome.observed


def test_the_summary_counts_answers_and_failures_by_severity() -> None:
    report = run(
        check("node-a", saying(Status.FAIL, Status.PASS), Severity.CRITICAL),
        check("node-b", saying(Status.FAIL, Status.FAIL, Status.UNKNOWN), Severity.LOW),
    )
    assert report.summary.by_status == {
        Status.PASS: 1,
        Status.FAIL: 3,
        Status.UNKNOWN: 1,
        Status.MANUAL: 0,
        Status.NOT_APPLICABLE: 0,
    }
    assert report.summary.failed_by_severity[Severity.CRITICAL] == 1
    assert report.summary.failed_by_severity[Severity.LOW] == 2


def test_the_report_says_what_was_asked_of_whom_and_by_what() -> None:
    report = run(check("node-a", saying(Status.PASS)))
    assert report.nodes == ("node1",)
    assert "timed out" in report.unread_nodes["node1"]
    assert (report.project, report.tool_version, report.gathered_at) == ("shop", __version__, given.NOW)
    assert report.checks[0].title == "A rule"


@pytest.mark.parametrize(
    ("status", "facts", "code"),
    [
        (Status.PASS, given.cluster(), Exit.OK),
        (Status.NOT_APPLICABLE, given.cluster(), Exit.OK),
        (Status.MANUAL, given.cluster(), Exit.OK),
        (Status.FAIL, given.cluster(), Exit.FAILED),
        (Status.UNKNOWN, given.cluster(), Exit.FAILED),
        (Status.PASS, given.GONE, Exit.UNREACHABLE),
        (Status.FAIL, given.GONE, Exit.UNREACHABLE),
    ],
)
def test_the_exit_code_says_how_it_went(status: Status, facts: Facts, code: Exit) -> None:
    assert audit.exit_code(run(check("node-a", saying(status)), facts=facts)) is code


def test_a_node_that_is_gone_leaves_no_answer_about_it_but_unknown() -> None:
    facts = given.cluster(given.node(given.container()), given.missing("timed out"))
    report = audit.run(facts, checks.load(), "shop")
    lost = {finding.outcome.status for finding in report.findings if finding.outcome.node == "node2"}
    assert lost == {Status.UNKNOWN}
