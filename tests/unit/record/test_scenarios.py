from __future__ import annotations

from pathlib import Path

import pytest

from hardening.cli.profile_record import wanted
from hardening.errors import HardenError
from hardening.record import scenarios
from hardening.record.planning import Wanted, drives, role_of, target
from hardening.record.subject import Subject

PROFILES = Path(__file__).parents[3] / "profiles"
SHIPPED = sorted(path.parent.name for path in PROFILES.glob("*/policy.yml"))
SUBJECT = Subject(
    "shop_web", {}, is_service=True, labels={"harden.profile": "web", "com.docker.stack.namespace": "shop"}
)


def quiet(_node: str, _text: str) -> None:
    pass


def write(folder: Path, text: str) -> Path:
    (folder / "web").mkdir()
    (folder / "web/scenarios.yml").write_text(text)
    return folder


@pytest.mark.parametrize("role", SHIPPED)
def test_every_shipped_role_has_its_scenarios(role: str) -> None:
    found = scenarios.load(PROFILES, role)
    assert {"start-and-stop", "load", "log-reopen", "crash", "health", "diagnosis"} <= found.keys()
    assert all(scenario.does and scenario.steps for scenario in found.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("load: {does: x, steps: [{}]}", r"scenarios.yml:1: a step says one thing to do, this one says nothing"),
        ("load:\n  does: x\n  steps:\n    - {stop: true, wait: 5}", r"scenarios.yml:4: .* says stop, wait"),
        ("load: {does: x, steps: [{jump: high}]}", r"scenarios.yml:1: unknown key `jump`"),
        ("load: {does: x}", r"scenarios.yml:1: .*steps"),
        ("../load: {does: x, steps: [{stop: true}]}", r"scenarios.yml:1: scenario '../load'"),
        ("load: {does: x, steps: [{crash: both}]}", r"scenarios.yml:1: .*both"),
        ("all: {does: x, steps: [{stop: true}]}", r"scenarios.yml:1: `all` means every scenario"),
        ("load:\n  does: x\n  steps:\n    - {signal: HOP}", r"scenarios.yml:4: `HOP` is no signal"),
        ("load: {does: x, steps: [{wait: -1}]}", r"scenarios.yml:1: .*>= 0"),
        ("load: {does: x, steps: [{stop: true, times: 0}]}", r"scenarios.yml:1: .*>= 1"),
        ("load: {does: x, steps: []}", r"scenarios.yml:1: .*length >= 1"),
        ("load: {does: x, steps: [{requests: {port: 0, ask: [{path: /}]}}]}", r"scenarios.yml:1: .*>= 1"),
        ("load: {does: x, steps: [{requests: {port: 80, ask: []}}]}", r"scenarios.yml:1: .*length >= 1"),
        ("[", r"scenarios.yml:2: not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(HardenError, match=message):
        scenarios.load(write(tmp_path, text), "web")


def test_one_is_chosen_by_name_and_all_by_that_word(tmp_path: Path) -> None:
    folder = write(tmp_path, "a: {does: x, steps: [{stop: true}]}\nb: {does: y, steps: [{wait: 1}]}")
    assert list(scenarios.chosen(folder, "web", "b")) == ["b"]
    assert list(scenarios.chosen(folder, "web", "all")) == ["a", "b"]
    with pytest.raises(HardenError, match="has no scenario `c`") as error:
        scenarios.chosen(folder, "web", "c")
    assert "it has: a, b" in error.value.hint


def test_a_command_is_a_scenario_under_the_name_it_is_given(tmp_path: Path) -> None:
    assert list(drives(SUBJECT, tmp_path, "web", Wanted(run="true"), quiet)) == ["command"]
    assert list(drives(SUBJECT, tmp_path, "web", Wanted("mine", "true"), quiet)) == ["mine"]
    assert list(drives(SUBJECT, tmp_path, "web", Wanted(), quiet)) == ["observed"]
    with pytest.raises(HardenError, match="`all` are those of"):
        drives(SUBJECT, tmp_path, "web", Wanted("all", "true"), quiet)
    for name in ("../up", "Up", "a b", ".up", "a\n", "x" * 65):
        with pytest.raises(HardenError, match="a name is up to 64 lower-case letters"):
            drives(SUBJECT, tmp_path, "web", Wanted(name, "true"), quiet)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1.5m", 90), ("2h", 7200), ("7", 7)])
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert wanted("", "", text).seconds == seconds


@pytest.mark.parametrize("text", ["", "0", "0.0s", "-5m", "²m", "٣m", "nan", "1e9", "5 m", "5d", "m", ".", "9" * 400])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(HardenError, match="not a time such as"):
        wanted("", "", text)


def test_the_role_is_the_services_profile_unless_another_is_named() -> None:
    assert role_of(SUBJECT, "") == "web"
    assert role_of(SUBJECT, "db") == "db"
    with pytest.raises(HardenError, match=r"has no label harden\.profile") as error:
        role_of(Subject("one", {}, is_service=False, labels={}), "")
    assert "--role" in error.value.hint
    for name in ("../up", "a/b", "Web", "x" * 65):
        with pytest.raises(HardenError, match="is no name of a role"):
            role_of(SUBJECT, name)


def test_recorders_are_told_service_or_container() -> None:
    assert (target(SUBJECT, "web").service, target(SUBJECT, "web").container) == ("shop_web", "")
    one = target(Subject("one", {}, is_service=False, labels={}), "web", complain=True)
    assert (one.service, one.container, one.profile, one.audit) == ("", "one", "harden-web", "must")


def test_a_sibling_is_a_service_of_the_same_stack() -> None:
    assert SUBJECT.sibling("db").name == "shop_db"
    with pytest.raises(HardenError, match="is no service of a stack"):
        Subject("one", {}, is_service=False, labels={}).sibling("db")
