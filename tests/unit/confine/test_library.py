"""The profiles that come with the program, and the folder they lie in."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from hardening import confine
from hardening.confine import library, powers, sources
from hardening.errors import Exit, HardenError
from hardening.model.profile import RuleKind

PROFILES = Path(__file__).parents[3] / "profiles"
ROLES = library.roles(PROFILES)
ENGINES_OWN = "/sbin/docker-init"
"""Comes from the engine, not from the image."""
MOST = {"api": 95, "mongod": 104, "nginx": 81}
"""System calls each role may have at most, so that growth is a decision."""
LEAST_CLOSED = {"api": 22, "mongod": 22, "nginx": 26}
"""Of the 29 vulnerabilities that Confine counts, those that each role keeps out of reach."""


def _allowed(role: str) -> set[str]:
    rules = json.loads((PROFILES / role / "seccomp.json").read_text())["syscalls"]
    return {name for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}


def test_every_shipped_role_is_bounded_here() -> None:
    assert set(ROLES) == set(MOST)


@pytest.mark.parametrize("role", ROLES)
def test_the_committed_files_are_what_the_policy_says(role: str) -> None:
    assert library.drift(PROFILES, role) == (), "harden profile build"


@pytest.mark.parametrize("role", ROLES)
def test_the_shipped_profiles_are_sound_for_old_and_new_parsers(role: str) -> None:
    for parser in ((3, 0), (4, 1)):
        assert confine.lint(library.profile(PROFILES, role, parser)) == ()


@pytest.mark.parametrize("role", ROLES)
def test_the_filters_stay_small(role: str) -> None:
    assert len(_allowed(role)) <= MOST[role]


@pytest.mark.parametrize("role", ROLES)
def test_the_filters_allow_what_was_recorded(role: str) -> None:
    recordings = sorted((PROFILES / role / "recordings").glob("*.json"))
    assert recordings
    for path in recordings:
        recording = json.loads(path.read_text())
        seen = {call for program in recording["programs"].values() for call in program} | set(recording["runtime"])
        assert seen - _allowed(role) == set(), path


@pytest.mark.parametrize("role", ROLES)
def test_the_analysis_knows_every_call_that_a_program_of_the_image_was_recorded_making(role: str) -> None:
    known = sources.read(PROFILES, role)
    assert known.analysis
    assert known.analysis.missing == ()
    for recording in known.recordings:
        for program, calls in recording.programs.items():
            if program == ENGINES_OWN:
                continue
            assert program in known.analysis.programs
            assert set(calls) <= known.analysis.syscalls.keys()


@pytest.mark.parametrize("role", ROLES)
def test_every_rule_has_evidence_and_no_question_is_open(role: str) -> None:
    made = library.composed(PROFILES, role)
    assert [rule.name for rule in made.profile.rules if not rule.evidence] == []
    assert made.open == ()
    assert (
        {rule.value for rule in made.profile.rules if rule.kind is RuleKind.CALL}
        == made.profile.syscalls
        == _allowed(role)
    )


@pytest.mark.parametrize("role", ROLES)
def test_most_of_the_holes_that_went_through_system_calls_are_out_of_reach(role: str) -> None:
    profile = library.composed(PROFILES, role).profile
    measured = [hole for hole in powers.all_vulnerabilities() if hole.confine]
    assert len(measured) == 29
    assert sum(not powers.reaches(profile, hole) for hole in measured) >= LEAST_CLOSED[role]


@pytest.mark.parametrize("role", ROLES)
def test_the_review_decides_nothing_that_is_not_asked(role: str) -> None:
    made = library.composed(PROFILES, role)
    decided = {item for decision in sources.read(PROFILES, role).review.decisions for item in decision.items}
    assert decided == {item.id for item in made.items}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.skipif(not shutil.which("apparmor_parser"), reason="apparmor_parser is not installed")
def test_the_profile_compiles(role: str, tmp_path: Path) -> None:
    answer = subprocess.run(["apparmor_parser", "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(part) for part in answer.split("version ")[1].split()[0].split(".")[:2])
    for parser in {(3, 0), min(version, (4, 1))}:
        path = tmp_path / f"profile-{parser}"
        path.write_text(library.profile(PROFILES, role, (parser[0], parser[1])).apparmor)
        command = ["apparmor_parser", "-Q", "-K", "--skip-kernel-load", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "web").mkdir()
    shutil.copy(PROFILES / ROLES[0] / "policy.yml", tmp_path / "web")
    return tmp_path


def test_writing_makes_both_files_once(folder: Path) -> None:
    both = (folder / "web/seccomp.json", folder / "web/apparmor")
    assert library.drift(folder, "web") == both
    assert library.write(folder, "web") == both
    assert library.write(folder, "web") == ()
    assert library.drift(folder, "web") == ()


def test_a_file_changed_by_hand_is_drift(folder: Path) -> None:
    library.write(folder, "web")
    (folder / "web/apparmor").write_text("profile harden-web { file, }\n")
    assert library.drift(folder, "web") == (folder / "web/apparmor",)


def test_rules_that_somebody_wrote_into_the_files_are_seen(folder: Path) -> None:
    library.write(folder, "web")
    assert library.problems(folder, "web") == ()
    place = folder / "web/apparmor"
    place.write_text(place.read_text().replace("  # Files", "  file,\n  capability,\n  # Files"))
    assert library.problems(folder, "web") == (
        "AppArmor: bare `file,` allows all of its kind",
        "AppArmor: bare `capability,` allows all of its kind",
        "apparmor is not what policy and evidence make: somebody edited it, or it is to be built again",
    )


@pytest.mark.parametrize(("gone", "edited"), [("seccomp.json", "apparmor"), ("apparmor", "seccomp.json")])
def test_a_file_that_is_missing_hides_no_edit_of_the_other(folder: Path, gone: str, edited: str) -> None:
    library.write(folder, "web")
    assert library.remarks(folder, "web") == ()
    (folder / "web" / gone).unlink()
    missing = f"{gone} is missing: somebody removed it, or it is to be built again"
    assert library.problems(folder, "web") == (missing,)
    place = folder / "web" / edited
    changes = {"  # Files": "  file,\n  # Files", '"defaultErrnoRet": 1': '"defaultErrnoRet": 2'}
    text = place.read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    place.write_text(text)
    fault, *others = library.problems(folder, "web")
    assert fault in {
        "AppArmor: bare `file,` allows all of its kind",
        "seccomp: the default errno is 2, not 1",
    }
    assert others == [
        f"{edited} is not what policy and evidence make: somebody edited it, or it is to be built again",
        missing,
    ]
    place.unlink()
    assert library.problems(folder, "web") == ()
    assert library.remarks(folder, "web") == ("its profiles were not built yet: harden profile build",)


@pytest.mark.parametrize("name", ["apparmor", "seccomp.json"])
def test_an_edit_of_any_kind_is_told(folder: Path, name: str) -> None:
    library.write(folder, "web")
    place = folder / "web" / name
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
    assert [problem for problem in library.problems(folder, "web") if problem.startswith(f"{name} is not what")]


def test_of_several_roles_all_are_written_or_none(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other/policy.yml").write_text("no: policy\n")
    with pytest.raises(HardenError, match=r"other/policy\.yml"):
        library.write(folder, "web", "other")
    assert not (folder / "web/seccomp.json").exists()


@pytest.mark.parametrize(
    "junk",
    [b"\xff\x00", b"", b"[]", b'{"syscalls": [3]}', b'{"syscalls": [{"names": ["read"]}]}', b'{"x": ' + b"[" * 99999],
)
def test_a_file_that_is_no_filter_is_out_of_date_and_read_by_nobody(folder: Path, junk: bytes) -> None:
    library.write(folder, "web")
    (folder / "web/seccomp.json").write_bytes(junk)
    with pytest.raises(HardenError, match=r"web/seccomp\.json: is n"):
        library.kept(folder / "web")
    assert library.drift(folder, "web") == (folder / "web/seccomp.json",)
    assert library.write(folder, "web") == (folder / "web/seccomp.json",)


def test_both_files_are_written_or_none_and_everybody_may_read_them(folder: Path) -> None:
    (folder / "web/apparmor").mkdir()
    with pytest.raises(HardenError, match=r"web/apparmor: is a folder") as complaint:
        library.write(folder, "web")
    assert complaint.value.exit_code is Exit.BAD_INPUT
    assert not (folder / "web/seccomp.json").exists()
    (folder / "web/apparmor").rmdir()
    library.write(folder, "web")
    assert (folder / "web/apparmor").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("role", ["wbe", "../web", "", "Web", "w" * 300])
def test_an_unknown_role_is_named_with_those_that_exist(folder: Path, role: str) -> None:
    with pytest.raises(HardenError) as complaint:
        library.profile(folder, role)
    assert "web" in complaint.value.hint
