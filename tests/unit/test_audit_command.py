"""`harden audit` and `harden checks`, from the outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hardening import facts
from tests.unit import facts_factory as given
from tests.unit.render import reports


def call(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=cwd or "/")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.json"
    facts.write(reports.broken_facts(), path)
    return path


def test_a_facts_file_is_judged_without_any_machine(file: Path) -> None:
    result = call("audit", "--facts", str(file))
    assert result.returncode == 3
    assert "Security audit of shop" in result.stdout
    assert "node4 could not be read" in result.stdout


def test_findings_exit_with_1_when_every_node_was_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    facts.write(given.cluster(), path)
    assert call("audit", "--facts", str(path)).returncode == 1


def test_json_goes_to_standard_output_alone(file: Path) -> None:
    result = call("audit", "--facts", str(file), "--json")
    assert json.loads(result.stdout)["project"] == "shop"
    assert result.stderr == ""


@pytest.mark.parametrize(("form", "start"), [("html", "<!doctype html>"), ("md", "# Security"), ("xml", "<?xml")])
def test_a_form_can_be_printed(file: Path, form: str, start: str) -> None:
    assert call("audit", "--facts", str(file), "--format", form).stdout.startswith(start)


def test_several_files_are_written_each_in_its_form(file: Path, tmp_path: Path) -> None:
    wanted = [tmp_path / f"out.{suffix}" for suffix in ("json", "html", "md", "sarif", "xml")]
    result = call("audit", "--facts", str(file), *(word for path in wanted for word in ("-o", str(path))))
    assert all(path.stat().st_size > 1000 for path in wanted)
    assert result.stderr.splitlines() == [f"wrote {path}" for path in wanted]


def test_the_projects_allow_list_is_used(tmp_path: Path) -> None:
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {}\nallowed_ports: [8443]\n")
    path = tmp_path / "f.json"
    facts.write(given.cluster(allowed_ports=None), path)
    findings = json.loads(call("audit", "--facts", str(path), "--json", cwd=tmp_path).stdout)["findings"]
    ports = [each["outcome"] for each in findings if each["check"] == "swarm-published-ports"]
    assert [each["status"] for each in ports] == ["pass"]


BAD = {
    "no such file": (("--facts", "/nowhere.json"), "/nowhere.json: cannot be read"),
    "an unwritable file": (("--facts", "FILE", "-o", "/proc/x.json"), "/proc/x.json: cannot be written"),
    "a folder that is not there": (("--facts", "FILE", "-o", "/nowhere/x.json"), "/nowhere/x.json: cannot be written"),
    "an unknown suffix": (("--facts", "FILE", "-o", "x.pdf"), "x.pdf: no report is written in that form"),
    "facts and machines": (("--facts", "FILE", "--inventory", "lab"), "exclude each other"),
    "no project and no machines": ((), "harden.yml"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_2(file: Path, words: tuple[str, ...], message: str) -> None:
    result = call("audit", *(str(file) if word == "FILE" else word for word in words))
    assert result.returncode == 2
    assert message in result.stderr.splitlines()[0]
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', "\x00\xff"])
def test_a_facts_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(text.encode("latin-1"))
    result = call("audit", "--facts", str(path))
    assert result.returncode == 2
    assert result.stderr.startswith(f"harden: {path}: ")
    assert "Traceback" not in result.stderr


def test_checks_are_listed_and_shown() -> None:
    assert "container-seccomp" in call("checks", "list").stdout
    assert len(json.loads(call("checks", "list", "--json").stdout)) >= 45
    assert json.loads(call("checks", "show", "container-seccomp", "--json").stdout)["severity"] == "high"
    assert "What to do" in call("checks", "show", "container-seccomp").stdout


def test_an_unknown_check_is_one_line_with_near_ones() -> None:
    result = call("checks", "show", "container-secomp")
    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == "harden: there is no check `container-secomp`"
    assert "did you mean container-" in result.stderr
