"""Two verdicts on one item: do they agree, and which fact decides?"""

import pytest

from hardening import audit, docker_bench
from hardening.checks.references import cis_docker
from hardening.docker_bench import BenchReport
from hardening.model.bench import Agreement, BenchComparison, BenchVerdict, ComparedItem
from hardening.model.facts import Facts
from hardening.model.findings import Area, Check, Outcome, Severity, Status
from hardening.model.known import Known, Unavailable
from tests.unit import facts_factory as given


def check(*outcomes: Outcome, item: str = "5.13", name: str = "a") -> Check:
    def evaluate(_: Facts) -> tuple[Outcome, ...]:
        return outcomes

    return Check(f"node-{name}", "A rule", Area.NODE, Severity.HIGH, 1, cis_docker(item), "Because.", "Do.", evaluate)


def seen(status: Status, subject: str = "shop_web.1", node: str = "node1") -> Outcome:
    return Outcome(subject, status, f"seen on {subject}", "", node)


def says(result: str, item: str = "5.13", *names: str) -> Known[BenchReport] | Unavailable:
    return Known(BenchReport("1.6.0", (BenchVerdict(item, "its words", result, "", names),)))


def compared(*asked: Check, **answers: Known[BenchReport] | Unavailable) -> BenchComparison:
    report = audit.run(given.cluster(), asked or (check(seen(Status.PASS)),), "shop")
    return docker_bench.compare(report, answers, "./bench")


def only(comparison: BenchComparison) -> ComparedItem:
    (item,) = comparison.items
    return item


AGREE, DISAGREE, UNDECIDED = Agreement.AGREE, Agreement.DISAGREE, Agreement.UNDECIDED
PAIRS = [
    ("PASS", Status.PASS, AGREE),
    ("PASS", Status.NOT_APPLICABLE, AGREE),
    ("WARN", Status.FAIL, AGREE),
    ("PASS", Status.FAIL, DISAGREE),
    ("WARN", Status.PASS, DISAGREE),
    ("WARN", Status.NOT_APPLICABLE, DISAGREE),
    ("PASS", Status.UNKNOWN, UNDECIDED),
    ("WARN", Status.MANUAL, UNDECIDED),
    ("INFO", Status.FAIL, UNDECIDED),
    ("NOTE", Status.PASS, UNDECIDED),
    ("", Status.PASS, UNDECIDED),
    ("something new", Status.PASS, UNDECIDED),
]


@pytest.mark.parametrize(("theirs", "ours", "agreement"), PAIRS)
def test_only_clear_words_of_both_agree_or_disagree(theirs: str, ours: Status, agreement: Agreement) -> None:
    item = only(compared(check(seen(ours)), node1=says(theirs)))
    assert (item.agreement, item.ours, item.checks) == (agreement, ours, ("node-a",))


def test_the_worst_answer_of_all_checks_of_the_item_on_that_node_or_of_the_whole_cluster_counts() -> None:
    here, elsewhere, whole = seen(Status.PASS), seen(Status.FAIL, node="node2"), seen(Status.UNKNOWN, "swarm", "")
    item = only(compared(check(here), check(elsewhere, name="b"), check(whole, name="c"), node1=says("PASS")))
    assert (item.ours, item.checks) == (Status.UNKNOWN, ("node-a", "node-c"))


def test_the_fact_that_decides_is_that_of_what_the_other_tool_names() -> None:
    many = [seen(Status.FAIL, f"shop_api.{number}") for number in range(5)]
    item = only(compared(check(*many, seen(Status.FAIL, "shop_web.1")), node1=says("WARN", "5.13", "shop_web.1.xyz")))
    assert item.fact.startswith("shop_web.1: seen on shop_web.1; ")
    assert item.fact.endswith(" and 3 more")


def test_an_item_without_a_check_is_kept_with_its_words() -> None:
    item = next(each for each in compared(node1=says("WARN", "C.1")).items if each.item == "C.1")
    assert (item.agreement, item.ours) == (Agreement.THEIRS_ONLY, None)
    assert item.theirs is not None
    assert item.theirs.title == "its words"


def test_an_item_the_other_tool_does_not_answer_is_told() -> None:
    items = {each.item: each for each in compared(check(seen(Status.FAIL)), node1=says("PASS", "2.1")).items}
    assert items["5.13"].agreement is Agreement.OURS_ONLY


def test_its_numbers_are_those_of_its_version_of_the_benchmark() -> None:
    renumbered = check(seen(Status.FAIL), item="2.15")
    assert only(compared(renumbered, node1=says("WARN", "2.14"))).agreement is AGREE


LOST: dict[str, tuple[Known[BenchReport] | Unavailable, str]] = {
    "no report": (Unavailable("timed out"), "timed out"),
    "another numbering": (Known(BenchReport("1.3.4", ())), "1.3.4"),
    "no version": (Known(BenchReport("", ())), "no version"),
}


@pytest.mark.parametrize(("answer", "reason"), LOST.values(), ids=LOST)
def test_a_node_without_a_usable_report_is_told(answer: Known[BenchReport] | Unavailable, reason: str) -> None:
    comparison = compared(node1=says("PASS"), node2=answer)
    assert reason in comparison.unread["node2"]
    assert {item.node for item in comparison.items} == {"node1"}


def test_items_come_by_number() -> None:
    verdicts = tuple(BenchVerdict(item, "", "PASS") for item in ("5.2", "C.1", "5.10", "1.1.18", "1.1.2", "99"))
    found = compared(check(seen(Status.PASS), item="5.2"), node1=Known(BenchReport("1.6.0", verdicts)))
    assert [item.item for item in found.items] == ["1.1.2", "1.1.18", "5.2", "5.10", "99", "C.1"]
