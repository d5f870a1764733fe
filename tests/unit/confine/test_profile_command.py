"""`harden profile`, called as a user does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardening.cli.profile import app
from hardening.errors import FailedError, HardenError

ROLE = "web"
PROJECT = """\
name: shop
stacks: {shop: {file: stack.yml}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "profiles" / ROLE).mkdir(parents=True)
    shutil.copy(Path(__file__).parents[3] / "profiles/nginx/policy.yml", tmp_path / "profiles" / ROLE)
    (tmp_path / "harden.yml").write_text(PROJECT)
    return tmp_path


def _run(project: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--project", str(project)])
    if isinstance(done.exception, HardenError):
        raise done.exception
    return done.exit_code, done.stdout


def test_check_fails_until_the_files_are_built(project: Path) -> None:
    with pytest.raises(FailedError, match=r"seccomp\.json"):
        _run(project, "build", "--check")
    assert not (project / "profiles/web/apparmor").exists()
    assert _run(project, "build")[0] == 0
    code, text = _run(project, "build", "--check")
    assert (code, text.splitlines()[0]) == (0, "up to date")


def test_list_says_which_files_are_out_of_date(project: Path) -> None:
    _run(project, "build")
    (project / "profiles/web/apparmor").write_text("")
    (row,) = json.loads(_run(project, "list", "--json")[1])
    assert (row["role"], row["stale"], row["open"]) == ("web", ["apparmor"], [])


def test_show_prints_one_profile_or_both(project: Path) -> None:
    seccomp, apparmor = _run(project, "show", "web", "--seccomp")[1], _run(project, "show", "web", "--apparmor")[1]
    assert json.loads(seccomp)["defaultAction"] == "SCMP_ACT_ERRNO"
    assert "profile harden-web " in apparmor
    assert _run(project, "show", "web")[1] == apparmor + seccomp


def test_show_knows_what_a_newer_parser_takes(project: Path) -> None:
    assert "deny userns," in _run(project, "show", "web", "--apparmor", "--parser", "4.1.0")[1]


@pytest.mark.parametrize(
    "words", [("show", "wbe"), ("build", "wbe"), ("lint", "wbe"), ("show", "web", "--parser", "new")]
)
def test_what_does_not_exist_is_bad_input(project: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(HardenError):
        _run(project, *words)


@pytest.mark.parametrize("command", ["list", "build", "lint"])
def test_a_folder_that_is_no_role_is_told(project: Path, command: str) -> None:
    (project / "profiles/shop/recordings").mkdir(parents=True)
    (project / "profiles/.git").mkdir()
    done = CliRunner().invoke(app, [command, "--project", str(project)])
    assert [line for line in done.stderr.splitlines() if "is no role" in line] == [
        f"{project}/profiles/shop: has no policy.yml, and is no role"
    ]
    assert "is no role" not in CliRunner().invoke(app, ["build", "web", "--project", str(project)]).stderr


@pytest.mark.parametrize("command", ["list", "build", "lint"])
def test_a_folder_without_roles_is_not_taken_for_one_in_which_all_is_well(project: Path, command: str) -> None:
    (project / "harden.yml").write_text("name: shop\nprofiles: nowhere\nstacks: {}\n")
    with pytest.raises(HardenError, match="nowhere: there is no role in it"):
        _run(project, command)


def test_lint_finds_nothing_in_what_the_policy_makes(project: Path) -> None:
    assert _run(project, "lint", "--json") == (0, '{\n  "web": []\n}\n')
