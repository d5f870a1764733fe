"""`harden audit` and `harden checks`, from the outside."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hardening import facts
from hardening.model.known import Known
from tests.unit import facts_factory as given
from tests.unit.checks.test_own import CHECK, folder
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


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Facts of a cluster whose every node was read and in which one thing fails: a log grows for ever."""
    path = tmp_path / "whole.json"
    fine = msgspec.structs.replace(given.mongo_set(*map(given.mongod, (1, 2, 3))), nginx=(given.nginx_server(),))
    node = fine.nodes["node1"]
    assert isinstance(node, Known)
    broken = msgspec.structs.replace(node.value, daemon_config=given.settings(log_opts=None))
    facts.write(msgspec.structs.replace(fine, nodes=fine.nodes | {"node1": Known(broken)}), path)
    return path


LIMITS = ("--check", "engine-log-limits")
ACCEPTED = """\
- check: engine-log-limits
  subject: node1
  reason: goes with the next engine
  owner: ops
  expires: 2031-05-01
"""


def test_a_waived_failure_is_shown_and_does_not_count(whole: Path, tmp_path: Path) -> None:
    assert call("audit", "--facts", str(whole), *LIMITS).returncode == 1
    (tmp_path / "accepted.yml").write_text(ACCEPTED)
    result = call("audit", "--facts", str(whole), *LIMITS, "--waivers", str(tmp_path / "accepted.yml"))
    assert result.returncode == 0
    assert "goes with the next engine" in result.stdout


def test_the_projects_waivers_and_checks_are_used(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "waivers.yml").write_text(ACCEPTED)
    assert call("audit", "--facts", str(whole), *LIMITS, cwd=tmp_path).returncode == 1, "this is no project"
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {}\n")
    assert call("audit", "--facts", str(whole), *LIMITS, cwd=tmp_path).returncode == 0
    folder(tmp_path, x="raise ValueError('it was looked at')")
    result = call("audit", "--facts", str(whole), *LIMITS, cwd=tmp_path)
    assert (result.returncode, "checks/x.py:1: cannot be loaded: ValueError" in result.stderr) == (2, True)


def test_a_baseline_tells_what_is_new_and_only_that_may_count(whole: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    call("audit", "--facts", str(whole), *LIMITS, "-o", str(before))
    again = call("audit", "--facts", str(whole), *LIMITS, "--baseline", str(before), "--fail-on", "new")
    assert (again.returncode, "0 new, 0 fixed, 1 unchanged" in again.stdout) == (0, True)
    cleaned = json.loads(before.read_text())
    cleaned["findings"][0]["outcome"]["status"] = "pass"
    before.write_text(json.dumps(cleaned))
    now = call("audit", "--facts", str(whole), *LIMITS, "--baseline", str(before), "--fail-on", "new")
    assert (now.returncode, "1 new" in now.stdout) == (1, True)


def test_a_report_is_kept_in_the_store_that_was_named_or_the_projects(whole: Path, tmp_path: Path) -> None:
    result = call("audit", "--facts", str(whole), "--json", "--store", str(tmp_path / "kept"))
    assert json.loads(result.stdout)
    (kept,) = (tmp_path / "kept").iterdir()
    assert result.stderr == f"kept {kept}\n"
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {}\nstore: own\n")
    call("audit", "--facts", str(whole), "--project", str(tmp_path))
    assert len(list((tmp_path / "own").iterdir())) == 1


def test_checks_that_are_skipped_are_named_in_the_report(whole: Path) -> None:
    report = json.loads(call("audit", "--facts", str(whole), "--json", "--skip", "engine-log-limits").stdout)
    assert report["left_out"] == ["engine-log-limits"]
    assert "engine-log-limits" not in {check["id"] for check in report["checks"]}


def test_a_users_own_check_is_asked_listed_and_shown(whole: Path, tmp_path: Path) -> None:
    own = ("--checks", str(folder(tmp_path, x86=CHECK)))
    found = json.loads(call("audit", "--facts", str(whole), "--json", *own).stdout)["findings"]
    assert "pass" in {each["outcome"]["status"] for each in found if each["check"] == "shop-x86"}
    assert "shop-x86" in call("checks", "list", *own).stdout
    assert json.loads(call("checks", "show", "shop-x86", "--json", *own).stdout)["title"] == "Nodes are x86"
    assert call("checks", "show", "shop-x86").returncode == 2


BAD = {
    "no such file": (("--facts", "/nowhere.json"), "/nowhere.json: cannot be read"),
    "an unwritable file": (("--facts", "FILE", "-o", "/proc/x.json"), "/proc/x.json: cannot be written"),
    "a folder that is not there": (("--facts", "FILE", "-o", "/nowhere/x.json"), "/nowhere/x.json: cannot be written"),
    "a device": (("--facts", "FILE", "-o", "/dev/null", "--format", "json"), "/dev/null: is no ordinary file"),
    "a name that is too long": (("--facts", "FILE", "-o", f"{'x' * 300}.json"), "File name too long"),
    "a folder whose name is too long": (("--facts", "FILE", "-C", "x" * 300), "File name too long"),
    "facts that would be replaced": (("--facts", "FILE", "-o", "FILE"), "is what is read, and would be replaced"),
    "one file for two forms": (("--facts", "FILE", "-o", "FILE", "-o", "FILE"), "is named twice"),
    "an unknown suffix": (("--facts", "FILE", "-o", "x.pdf"), "x.pdf: no report is written in that form"),
    "facts and machines": (("--facts", "FILE", "--inventory", "lab"), "exclude each other"),
    "facts and a second opinion": (("--facts", "FILE", "--with", "docker-bench=x"), "exclude each other"),
    "facts and mending": (("--facts", "FILE", "--fix"), "exclude each other"),
    "mending for a program": (("--fix", "--json"), "--fix talks with a person"),
    "consent to nothing": (("--facts", "FILE", "--yes"), "--yes goes with --fix"),
    "no project and no machines": ((), "harden.yml"),
    "an unknown check": (("--facts", "FILE", "--check", "limits"), "there is no check `limits`"),
    "an unknown check to skip": (("--facts", "FILE", "--skip", "limits"), "there is no check `limits`"),
    "no waivers": (("--facts", "FILE", "--waivers", "/nowhere.yml"), "/nowhere.yml: no such file"),
    "no checks": (("--facts", "FILE", "--checks", "/nowhere"), "/nowhere: cannot be read"),
    "no baseline": (("--facts", "FILE", "--baseline", "/nowhere.json"), "/nowhere.json: cannot be read"),
    "facts as baseline": (("--facts", "FILE", "--baseline", "FILE"), "is no report of an audit"),
    "a folder that is no project's": (("--facts", "FILE", "-C", "/nowhere"), "/nowhere: is no folder"),
    "new to nothing": (("--facts", "FILE", "--fail-on", "new"), "--fail-on new needs an earlier report"),
    "a severity that is none": (("--facts", "FILE", "--fail-on", "huge"), "--fail-on: `huge` is no severity"),
    "another tool": (("--inventory", "local", "--with", "trivy=x"), "--with: `trivy=x` is not understood"),
    "no script": (("--inventory", "local", "--with", "docker-bench=./no"), "./no: no such folder"),
    "no folder to store in": (("--facts", "FILE", "--store", "/nowhere/x"), "/nowhere/x: cannot be made"),
    "a password in an address": (("--facts", "FILE", "--store", "mongodb://a:b@c/d"), "address holds a password"),
    "a password in half an address": (("--facts", "FILE", "--store", "mongodb:/a:b@c/d"), "is reached by mongodb:"),
    "a password for a folder": (
        ("--facts", "FILE", "--store", "/tmp", "--store-password-file", "/x"),
        "a password file goes with",
    ),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_2(file: Path, words: tuple[str, ...], message: str) -> None:
    before = file.read_bytes(), sorted(file.parent.iterdir())
    result = call("audit", *(str(file) if word == "FILE" else word for word in words))
    assert (file.read_bytes(), sorted(file.parent.iterdir())) == before
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


def test_a_file_whose_name_is_no_text_is_judged_in_every_form(file: Path) -> None:
    odd = file.rename(file.with_name("shop\udcff.json"))
    forms = [word for suffix in ("json", "oscal.json", "html") for word in ("-o", str(file.with_name(f"r.{suffix}")))]
    result = call("audit", "--facts", str(odd), *forms, "--store", str(file.parent / "kept"))
    assert (result.returncode, "Traceback" in result.stderr) == (3, False)
    assert json.loads(file.with_name("r.json").read_text())["project"] == "shop\\udcff"


def test_what_a_check_of_ones_own_prints_does_not_mix_with_the_report(whole: Path, tmp_path: Path) -> None:
    own = folder(
        tmp_path, x86="print('loaded')\n" + CHECK.replace("return passed", "print('asked')\n    return passed")
    )
    result = call("audit", "--facts", str(whole), "--json", "--checks", str(own))
    assert json.loads(result.stdout)["project"] == "whole"
    assert {"loaded", "asked"} <= set(result.stderr.splitlines())


def test_facts_of_a_moment_out_of_time_are_refused(file: Path) -> None:
    file.write_text(re.sub(r'"gathered_at": [\d.]+', '"gathered_at": 1e300', file.read_text()))
    result = call("audit", "--facts", str(file))
    assert (result.returncode, "gathered_at" in result.stderr, "Traceback" in result.stderr) == (2, True, False)


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


def test_a_failed_write_leaves_what_was_there(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("as it was")
    result = call("audit", "--facts", str(file), "-o", str(kept), "-o", "/proc/x.json")
    assert result.returncode == 2
    assert kept.read_text() == "as it was"


def test_what_a_file_says_does_not_reach_the_terminal_as_a_command(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"version": 1, "nodes": {"a": {"type": "\\u001b[31m"}}}')
    result = call("audit", "--facts", str(path))
    assert result.returncode == 2
    assert "\x1b" not in result.stderr
