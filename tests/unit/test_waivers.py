"""`waivers.yml`: what fits, what it meets, what it never does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hardening import audit, checks, waivers
from hardening.errors import Exit, HardenError
from hardening.model.findings import Area, Check, Finding, Outcome, Report, Severity, Status
from hardening.model.waiver import Waiver
from tests.unit import facts_factory as given

TODAY = datetime.fromtimestamp(given.NOW, UTC).date()
ENTRY = {
    "check": "container-seccomp",
    "subject": '"shop_web.*"',
    "reason": "is replaced in spring",
    "owner": "ops",
    "expires": "2031-05-01",
}


def written(folder: Path, text: str) -> Path:
    path = folder / "waivers.yml"
    path.write_text(text)
    return path


def entry(**changes: str | None) -> str:
    lines = [f"{key}: {value}" for key, value in (ENTRY | changes).items() if value is not None]
    return "- " + "\n  ".join(lines) + "\n"


def test_an_entry_is_read_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "# accepted\n\n" + entry() + entry(node="node2"))
    first, second = waivers.read(path, checks.load())
    assert (first.subject, first.expires.isoformat(), first.node) == ("shop_web.*", "2031-05-01", "*")
    assert (first.place, second.place, second.node) == (f"{path}:3", f"{path}:8", "node2")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n"])
def test_an_empty_file_has_none(tmp_path: Path, text: str) -> None:
    assert waivers.read(written(tmp_path, text), checks.load()) == ()


BAD = {
    "no expiry": (entry(expires=None), ":1: ", "expires"),
    "an empty expiry": (entry(expires=""), ":5: ", "date"),
    "an expiry that is no date": (entry(expires="soon"), ":5: ", "date"),
    "an expiry that is no day": (entry(expires="2031-02-30"), ":5: ", "date"),
    "an expiry that is a number": (entry(expires="20310501"), ":5: ", "expected a date, got a whole number"),
    "an expiry with a time": (entry(expires="2031-05-01T10:00:00Z"), ":5: ", "date"),
    "no check": (entry(check=None), ":1: ", "check"),
    "no subject": (entry(subject=None), ":1: ", "subject"),
    "no owner": (entry(owner=None), ":1: ", "owner"),
    "a blank reason": (entry(reason='"  "'), ":3: ", "is empty"),
    "an unknown key": (entry(until="2031-05-01"), ":6: ", "unknown key `until`"),
    "an unknown check": (entry(check="container-secomp"), ":1: ", "there is no check `container-secomp`"),
    "a check of waivers": (entry(check="audit-waivers-valid"), ":1: ", "cannot be waived"),
    "no list": ("check: x\n", ":1: ", "expected a list"),
    "no YAML": ("- [\n", ":2: ", "not valid YAML"),
}


@pytest.mark.parametrize(("text", "line", "says"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, text: str, line: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(HardenError) as error:
        waivers.read(path, checks.load())
    assert error.value.message.startswith(f"{path}{line}")
    assert says in error.value.message
    assert error.value.exit_code is Exit.BAD_INPUT


def test_an_unknown_check_comes_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(HardenError) as error:
        waivers.read(written(tmp_path, entry(check="container-secomp")), checks.load())
    assert "container-seccomp" in error.value.hint


# --- what they meet -------------------------------------------------------------------------------------------------


def waiver(**changes: object) -> Waiver:
    made = Waiver("node-a", "*", "is replaced", "ops", TODAY, place="waivers.yml:1")
    return msgspec.structs.replace(made, **changes)


def outcome(status: Status = Status.FAIL, subject: str = "shop_web.1", node: str = "node1") -> Outcome:
    return Outcome(subject, status, "seen", "", node)


def judged(accepted: Waiver, *outcomes: Outcome) -> Report:
    asked = Check("node-a", "A rule", Area.NODE, Severity.HIGH, 1, (), "Because.", "Do.", lambda _: outcomes)
    of_waivers = tuple(check for check in checks.load() if check.area is Area.AUDIT)
    return audit.run(given.cluster(), (asked, *of_waivers), "shop", (accepted,))


def of(report: Report, check: str) -> Finding:
    return next(finding for finding in report.findings if finding.check == check)


MEETS = {
    "any subject": (waiver(), True),
    "the subject by its name": (waiver(subject="shop_web.1"), True),
    "the subject by a glob": (waiver(subject="shop_web.*"), True),
    "its node": (waiver(node="node[12]"), True),
    "another subject": (waiver(subject="shop_we"), False),
    "a subject that differs in case": (waiver(subject="SHOP_web.1"), False),
    "another node": (waiver(node="node2"), False),
    "its last day": (waiver(expires=TODAY), True),
    "an expired one": (waiver(expires=TODAY - timedelta(days=1)), False),
}


@pytest.mark.parametrize(("accepted", "meets"), MEETS.values(), ids=MEETS)
def test_a_waiver_meets_what_it_names_until_it_expires(accepted: Waiver, meets: bool) -> None:
    finding = of(judged(accepted, outcome()), "node-a")
    assert finding.waiver == (accepted if meets else None)
    assert finding.outcome.status is Status.FAIL
    assert finding.is_open is not meets


def test_a_finding_of_the_whole_cluster_has_no_node_to_name() -> None:
    whole = outcome(node="")
    assert of(judged(waiver(), whole), "node-a").waiver
    assert of(judged(waiver(node="node?"), whole), "node-a").waiver is None


@pytest.mark.parametrize(
    ("status", "waivable"),
    [
        (Status.FAIL, True),
        (Status.MANUAL, True),
        (Status.UNKNOWN, False),
        (Status.PASS, False),
        (Status.NOT_APPLICABLE, False),
    ],
)
def test_what_was_not_seen_cannot_be_accepted(status: Status, waivable: bool) -> None:
    assert bool(of(judged(waiver(), outcome(status)), "node-a").waiver) is waivable


def test_a_waived_failure_counts_apart_and_not_for_the_exit_code() -> None:
    report = judged(waiver(), outcome())
    assert (report.summary.by_status[Status.FAIL], report.summary.waived) == (0, 1)
    assert report.summary.failed_by_severity[Severity.HIGH] == 0
    assert audit.exit_code(report) is Exit.OK


FINDINGS_OF_THEIR_OWN = {
    "in use": (waiver(), (outcome(),), Status.PASS, Status.PASS),
    "expired": (
        waiver(expires=TODAY - timedelta(days=1)),
        (outcome(),),
        Status.FAIL,
        Status.NOT_APPLICABLE,
    ),
    "unmatched": (waiver(subject="gone"), (outcome(),), Status.PASS, Status.FAIL),
    "its subject passes now": (waiver(), (outcome(Status.PASS),), Status.PASS, Status.FAIL),
    "its node was not read": (waiver(), (outcome(Status.UNKNOWN, "node1"),), Status.PASS, Status.UNKNOWN),
    "another node was not read": (
        waiver(node="node1"),
        (outcome(Status.PASS), outcome(Status.UNKNOWN, "node2", "node2")),
        Status.PASS,
        Status.FAIL,
    ),
    "a part of the cluster was not seen": (
        waiver(node="node1"),
        (outcome(Status.UNKNOWN, "swarm", ""),),
        Status.PASS,
        Status.UNKNOWN,
    ),
}


@pytest.mark.parametrize(
    ("accepted", "outcomes", "valid", "needed"), FINDINGS_OF_THEIR_OWN.values(), ids=FINDINGS_OF_THEIR_OWN
)
def test_waivers_are_judged_themselves(
    accepted: Waiver, outcomes: tuple[Outcome, ...], valid: Status, needed: Status
) -> None:
    report = judged(accepted, *outcomes)
    assert of(report, "audit-waivers-valid").outcome.status is valid
    assert of(report, "audit-waivers-needed").outcome.status is needed


def test_waivers_that_a_facts_file_brings_along_count_for_nothing() -> None:
    failing = Check("node-a", "A rule", Area.NODE, Severity.HIGH, 1, (), "B.", "D.", lambda _: [outcome()])
    facts = given.cluster(waivers=(given.waived(),))
    report = audit.run(facts, (failing, *checks.load()), "shop")
    assert of(report, "audit-waivers-valid").outcome.status is Status.NOT_APPLICABLE
    assert of(report, "node-a").is_open
