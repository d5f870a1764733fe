"""The way of a profile on nodes that enforce AppArmor: recorded, built, verified, and an intruder set against it.

One short scenario of NGINX, in a project of the test's own; what is deployed stays as it is.
"""

import json
import sys
from pathlib import Path

import pytest

from hardening.hosts import Host
from hardening.lab import patience
from tests.lab.test_main_job import ask, deployed, harden

__all__ = ["deployed"]  # the fixture: one deployed cluster serves these tests as well

pytestmark = pytest.mark.timeout(patience(3600))
"""The first test may have to bring everything up."""

SERVICE, ROLE, SCENARIO = "nodepop_nginx", "nginx", "log-reopen"


@pytest.fixture(scope="module")
def project(deployed: dict[str, Host], tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert deployed
    folder = tmp_path_factory.mktemp("profiles") / "project"
    done = harden("init", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def said(project: Path, *words: str, seconds: float = 900, code: int = 0) -> str:
    done = harden(*words, "--project", str(project), seconds=seconds)
    assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    sys.stderr.write(done.stdout)
    return done.stdout


def test_apparmor_refused_nothing_that_the_services_did(deployed: dict[str, Host]) -> None:
    """By each node's audit log, which tells of everything since the profiles were loaded."""
    for host in deployed.values():
        log = ask(host, "sh", "-c", "grep -h apparmor= /var/log/audit/audit.log*").splitlines()
        assert any('apparmor="STATUS"' in line for line in log), f"{host.node.name}: auditd hears nothing of AppArmor"
        refused = [line for line in log if 'apparmor="DENIED"' in line and 'profile="harden-' in line]
        assert not refused, (host.node.name, refused[:5], "or a drill was run here: its refusals stay in the log")


def test_a_recording_loses_nothing_and_is_of_every_task(project: Path) -> None:
    said(project, "profile", "record", SERVICE, "--scenario", SCENARIO, "--complain", "--yes", "--inventory", "lab")
    recording = json.loads((project / "profiles" / ROLE / "recordings" / f"{SCENARIO}.json").read_text())
    assert recording["lost"] == {"syscalls": 0, "files": 0}
    assert recording["origin"]["recorder"].startswith("bpftrace ")
    assert "auditd" in recording["origin"]["recorder"]
    assert {"/usr/sbin/nginx"} <= recording["programs"].keys()
    assert recording["refused"] == {}


def test_the_profile_is_enforced_again_after_it_was_recorded(deployed: dict[str, Host]) -> None:
    for host in deployed.values():
        loaded = host.run(("grep", f"^harden-{ROLE} ", "/sys/kernel/security/apparmor/profiles"))
        assert loaded.text.split() == [f"harden-{ROLE}", "(enforce)"], host.node.name


def test_what_is_built_from_it_refuses_nothing_of_the_scenario(project: Path) -> None:
    said(project, "profile", "build", ROLE)
    said(project, "profile", "verify", ROLE, "--scenario", SCENARIO, "--inventory", "lab", "--yes")
    verified = json.loads((project / "profiles" / ROLE / "verified.json").read_text())
    assert verified["layers"] == ["seccomp", "apparmor"]
    assert [(trial["scenario"], trial["denials"]) for trial in verified["trials"]] == [("start", []), (SCENARIO, [])]
    assert all(trial["calls"] > 0 for trial in verified["trials"])


def test_an_intruder_gets_through_nowhere(project: Path) -> None:
    done = harden("drill", SERVICE, "--json", "--project", str(project), "--inventory", "lab")
    assert done.returncode in {0, 1}, done.stderr
    (drill,) = json.loads(done.stdout)
    assert not {each["probe"] for each in drill["verdicts"] if each["layer"] in {"OPEN", "untried"}}
    by = {each["probe"]: each["layer"] for each in drill["verdicts"]}
    assert (by["writable-code"], by["code-after-writing"]) == ("seccomp", "seccomp")
    assert by["shadow"] in {"AppArmor", "not there"}


def test_wider_rules_under_the_same_name_are_found_and_replaced(deployed: dict[str, Host], tmp_path: Path) -> None:
    """What a person with root may do in a moment, and no file or name tells."""
    wider = f"sed 's/^  deny mount,/  mount,/' /etc/apparmor.d/harden-{ROLE} | apparmor_parser --replace"
    host = deployed["node2"]
    ask(host, "sh", "-c", wider)
    assert found(tmp_path) == {"node2"}
    done = harden("deploy", "--inventory", "lab", "--yes")
    assert done.returncode == 0, done.stderr[-3000:]
    assert found(tmp_path) == set()


def found(folder: Path) -> set[str]:
    """Nodes on which the audit finds other rules in the kernel than in the file."""
    report = folder / "report.json"
    assert harden("audit", "--inventory", "lab", "-o", str(report)).returncode in {0, 1}
    outcomes = [
        each["outcome"]
        for each in json.loads(report.read_text())["findings"]
        if each["check"] == "node-apparmor-rules-in-force"
    ]
    assert len(outcomes) == 3
    return {each["node"] for each in outcomes if each["status"] == "fail"}
