"""Every check against its own table of cases, and against clusters of which nothing could be read.

The table of `hardening/checks/AREA/NAME.py` is `CASES` in `tests/unit/checks/AREA/NAME.py`.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hardening import checks
from hardening.checks import references
from hardening.checks.subjects import BROKEN
from hardening.errors import HardenError
from hardening.model.facts import Facts
from hardening.model.findings import Area, Check, Status
from tests.unit import facts_factory as given
from tests.unit.checks.cases import Case

HERE = Path(__file__).parent
WORST = (Status.FAIL, Status.UNKNOWN, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)
CANNOT_SAY = {
    "engine-content-trust": {Status.FAIL},
    "nginx-modules": {Status.FAIL},
    "swarm-traffic-separated": {Status.FAIL, Status.PASS},
}
"""Answers that no fact can give: a person judges instead."""


def modules() -> Iterator[tuple[str, Check]]:
    folder = Path(checks.__file__).parent
    for area in Area:
        for path in sorted((folder / area).glob("[a-z]*.py")):
            yield f"{area}.{path.stem}", importlib.import_module(f"hardening.checks.{area}.{path.stem}").CHECK


ALL = dict(modules())


def table(module: str) -> tuple[Case, ...]:
    cases: tuple[Case, ...] = importlib.import_module(f"tests.unit.checks.{module}").CASES
    return cases


def rows() -> Iterator[object]:
    for module, check in ALL.items():
        if (HERE / f"{module.replace('.', '/')}.py").is_file():
            for case in table(module):
                yield pytest.param(check, case, id=f"{check.id}: {case.name}")


@pytest.mark.parametrize(("check", "case"), list(rows()))
def test_a_check_judges_its_cases(check: Check, case: Case) -> None:
    outcomes = list(check.evaluate(case.facts))
    statuses = {outcome.status for outcome in outcomes}
    assert statuses, "no outcome"
    assert not [outcome for outcome in outcomes if BROKEN in outcome.observed]
    assert min(statuses, key=WORST.index) is case.status, outcomes
    assert any(outcome.status is case.status and case.says in outcome.observed for outcome in outcomes), outcomes


@pytest.mark.parametrize("module", ALL)
def test_a_check_has_a_table_with_a_pass_a_fail_and_an_unknown(module: str) -> None:
    have = {case.status for case in table(module)}
    cannot = CANNOT_SAY.get(ALL[module].id, set())
    assert {Status.PASS, Status.FAIL, Status.UNKNOWN} - cannot <= have
    assert not cannot & have


def test_every_table_belongs_to_a_check_and_every_check_has_one() -> None:
    tables = {path.relative_to(HERE).with_suffix("").as_posix().replace("/", ".") for path in HERE.glob("*/[a-z]*.py")}
    assert tables == set(ALL), tables ^ set(ALL)


UNREADABLE = {
    "no node answers": given.GONE,
    "no engine answers": given.on_node(engine=given.missing(), swarm=given.missing()),
}


@pytest.mark.parametrize("facts", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("check", ALL.values(), ids=lambda check: check.id)
def test_what_could_not_be_read_never_passes_for_a_node_that_is_gone(check: Check, facts: Facts) -> None:
    outcomes = list(check.evaluate(facts))
    if facts is given.GONE:
        assert {outcome.status for outcome in outcomes} == {Status.UNKNOWN}, outcomes
    elif check.area in {Area.CONTAINER, Area.SWARM, Area.MONGO, Area.NGINX}:
        assert Status.PASS not in {outcome.status for outcome in outcomes}, outcomes
        assert Status.UNKNOWN in {outcome.status for outcome in outcomes}, outcomes


@pytest.mark.parametrize("check", ALL.values(), ids=lambda check: check.id)
def test_no_facts_at_all_are_no_pass(check: Check) -> None:
    nothing = Facts(gathered_at=given.NOW, nodes={}, mongo=(), nginx=())
    assert not [each for each in check.evaluate(nothing) if each.status in {Status.PASS, Status.NOT_APPLICABLE}]


@pytest.mark.parametrize("check", ALL.values(), ids=lambda check: check.id)
def test_a_hardened_cluster_breaks_no_rule(check: Check) -> None:
    facts = msgspec.structs.replace(given.mongo_set(*map(given.mongod, (1, 2, 3))), nginx=(given.nginx_server(),))
    bad = {Status.FAIL, Status.UNKNOWN}
    assert not [outcome for outcome in check.evaluate(facts) if outcome.status in bad]


@pytest.mark.parametrize("check", ALL.values(), ids=lambda check: check.id)
def test_a_check_is_written_for_people(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", check.id)
    assert check.id.startswith(f"{check.area}-")
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert check.rationale.endswith(".")
    assert check.remediation.endswith((".", "`", "`.", ")"))
    assert check.level in {1, 2}


def test_ids_are_unique_and_found() -> None:
    loaded = checks.load()
    assert len({check.id for check in loaded}) == len(loaded) == len(ALL) >= 45
    assert checks.find("container-seccomp").title


def test_an_unknown_id_names_near_ones() -> None:
    with pytest.raises(HardenError) as error:
        checks.find("container-secomp")
    assert "container-" in error.value.hint


@pytest.mark.parametrize("item", ["2.20", "9.1", "5.0"])
def test_a_reference_to_no_item_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match="has no item"):
        references.cis_docker(item)


def test_items_that_were_renumbered_carry_their_old_numbers() -> None:
    found = {(ref.version, ref.section) for ref in references.cis_docker("2.10", "2.3", "2.7")}
    assert found == {
        ("1.8.0", "2.10"),
        ("1.7.0", "2.9"),
        ("1.6.0", "2.9"),
        ("1.8.0", "2.3"),
        ("1.7.0", "2.3"),
        ("1.6.0", "2.3"),
        ("1.8.0", "2.7"),
    }


def test_the_benchmarks_have_as_many_items_as_their_publishers_say() -> None:
    counts = {benchmark: len(references.items(benchmark)) for benchmark in references.CURRENT}
    assert counts == {references.DOCKER: 118, references.MONGODB: 23, references.NGINX: 44}
