"""A user's own checks: loaded from a folder and from packages, judged like the program's; a broken one is bad input."""

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from hardening import audit, checks
from hardening.checks import own
from hardening.errors import Exit, HardenError
from hardening.model.findings import Severity, Status
from tests.unit import facts_factory as given

CHECK = """
from hardening.checks.vocabulary import Area, Check, Severity, failed, passed, per_node


def judge(machine):
    return passed("x86") if machine.architecture == "x86_64" else failed("other", "x86")


CHECK = Check(
    id="shop-x86",
    title="Nodes are x86",
    area=Area.NODE,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="Because.",
    remediation="Buy one.",
    evaluate=per_node(judge),
)
"""


def folder(place: Path, **modules: str) -> Path:
    made = place / "checks"
    made.mkdir()
    for name, text in modules.items():
        (made / f"{name}.py").write_text(text)
    return made


def test_a_check_of_a_folder_is_asked_like_any_other(tmp_path: Path) -> None:
    known = own.load_with(folder(tmp_path, x86=CHECK, _shared="THIS = 'is no check'"))
    assert len(known) == len(checks.load()) + 1
    report = audit.run(given.cluster(), checks.select(known, ["shop-x86"]), "shop")
    assert [finding.check for finding in report.findings] == ["shop-x86"]
    assert checks.find("shop-x86", known).title == "Nodes are x86"


def test_without_a_folder_there_are_the_programs_own(tmp_path: Path) -> None:
    assert own.load_with(None) == checks.load()
    assert own.load_with(folder(tmp_path)) == checks.load()


BROKEN = {
    "no Python": ("def judge(:\n", "x.py:1: cannot be loaded: SyntaxError"),
    "a name that is not there": ("\n\nfrom os import nothing\n", "x.py:3: cannot be loaded: ImportError"),
    "an error of its own": ("\nvalue = {}['key']\n", "x.py:2: cannot be loaded: KeyError"),
    "an exit": ("import sys\nsys.exit(0)\n", "x.py:2: cannot be loaded: SystemExit"),
    "no check": ("VALUE = 1\n", "x.py: holds no CHECK"),
    "something else": ("CHECK = 'high'\n", "x.py: CHECK is no hardening.model.findings.Check"),
    "a severity that is none": (CHECK.replace("Severity.LOW", "'huge'"), "x.py: the check does not fit: "),
    "an id that is no text": (CHECK.replace('"shop-x86"', "None"), "x.py: the check does not fit: "),
    "a thing for a rationale": (CHECK.replace('"Because."', "object()"), "x.py: the check does not fit: "),
    "an empty id": (CHECK.replace("shop-x86", " "), "x.py: the check does not fit"),
    "an id that is no word": (CHECK.replace("shop-x86", "[/red] <b>"), "x.py: the check does not fit"),
    "nothing to evaluate": (CHECK.replace("per_node(judge)", "None"), "x.py: CHECK is no hardening.model"),
    "an id of the program": (
        CHECK.replace("shop-x86", "container-seccomp"),
        "x.py: the id `container-seccomp` is taken",
    ),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
def test_a_module_that_does_not_load_is_bad_input_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(HardenError) as error:
        own.load_with(folder(tmp_path, x=text))
    assert says in error.value.message
    assert "\n" not in error.value.message
    assert error.value.exit_code is Exit.BAD_INPUT


def test_one_id_in_two_files_names_both(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match=r"b\.py: the id `shop-x86` is taken already, by .*a\.py"):
        own.load_with(folder(tmp_path, a=CHECK, b=CHECK))


def test_a_folder_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="cannot be read"):
        own.load_with(tmp_path / "nowhere")


def test_plain_words_are_taken_as_what_they_name(tmp_path: Path) -> None:
    known = own.load_with(folder(tmp_path, x=CHECK.replace("Severity.LOW", "'low'").replace("Area.NODE", "'node'")))
    assert checks.find("shop-x86", known).severity is Severity.LOW


ANSWERS = {
    "no outcome": ("lambda facts: ['fail']", "broke"),
    "a status that is none": ("lambda facts: [Outcome('s', 'fine', 'seen')]", "broke"),
    "an error": ("lambda facts: 1 / 0", "ZeroDivisionError"),
    "nothing": ("lambda facts: []", "gave no answer"),
}


@pytest.mark.parametrize(("evaluate", "says"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_none_is_unknown(tmp_path: Path, evaluate: str, says: str) -> None:
    text = "from hardening.checks.vocabulary import Outcome\n" + CHECK.replace("per_node(judge)", evaluate)
    known = own.load_with(folder(tmp_path, x=text))
    (finding,) = audit.run(given.cluster(), checks.select(known, ["shop-x86"]), "shop").findings
    assert finding.outcome.status is Status.UNKNOWN
    assert says in finding.outcome.observed


# --- packages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path; packages are written into it as an installer leaves them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("shop_checks", None)


def install(place: Path, module: str, value: str) -> None:
    (place / "shop_checks.py").write_text(module)
    info = place / "shop_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{own.GROUP}]\nshop = {value}\n")
    assert metadata.version("shop-checks") == "1.0"


@pytest.mark.parametrize("value", ["shop_checks:CHECK", "shop_checks:ALL"])
def test_a_package_offers_one_check_or_several(installed: Path, value: str) -> None:
    install(installed, f"{CHECK}\nALL = (CHECK,)\n", value)
    assert checks.find("shop-x86", own.load_with(None)).area == "node"


OFFERED = {
    "not there": ("", "shop_checks:CHECK", "cannot be loaded: AttributeError"),
    "broken": ("1 / 0\n", "shop_checks:CHECK", "cannot be loaded: ZeroDivisionError"),
    "no checks": ("CHECK = 7\n", "shop_checks:CHECK", "cannot be loaded: TypeError"),
    "something among them": ("CHECK = (7,)\n", "shop_checks:CHECK", "CHECK is no hardening.model"),
}


@pytest.mark.parametrize(("module", "value", "says"), OFFERED.values(), ids=OFFERED)
def test_a_package_that_offers_no_check_is_named(installed: Path, module: str, value: str, says: str) -> None:
    install(installed, module, value)
    with pytest.raises(HardenError) as error:
        own.load_with(None)
    assert error.value.message.startswith(f"entry point shop = {value} of shop-checks: ")
    assert says in error.value.message


# --- choosing -------------------------------------------------------------------------------------------------------


def test_some_checks_can_be_chosen_and_some_left_out() -> None:
    every = checks.load()
    assert [check.id for check in checks.select(every, ["swarm-autolock", "container-seccomp"])] == [
        "container-seccomp",
        "swarm-autolock",
    ]
    assert len(checks.select(every, skip=["swarm-autolock"])) == len(every) - 1


@pytest.mark.parametrize(("only", "skip"), [(["container-secomp"], []), ([], ["container-secomp"])])
def test_an_unknown_id_names_near_ones(only: list[str], skip: list[str]) -> None:
    with pytest.raises(HardenError, match="no check `container-secomp`") as error:
        checks.select(checks.load(), only, skip)
    assert "container-seccomp" in error.value.hint


def test_nothing_to_ask_is_refused() -> None:
    with pytest.raises(HardenError, match="no check to ask"):
        checks.select(checks.load(), ["swarm-autolock"], ["swarm-autolock"])
