"""The script is sent to a node, run in a folder that is gone afterwards, its answer read; what goes wrong is told.

The node is this machine, with a docker client made up in place of an engine.
"""

import os
import select
import shutil
import stat
import tempfile
from pathlib import Path

import msgspec
import pytest

from hardening import docker_bench
from hardening.docker_bench.ask import Script
from hardening.errors import HardenError, HostError
from hardening.hosts import Host
from hardening.model.bench import BenchVerdict
from hardening.model.known import Known, Unavailable
from hardening.node import bench
from tests.unit.docker_bench.hosts import Answering

EMULATOR = Path(__file__).parents[2] / "docker_bench"
CLIENT = """#!/bin/sh
case $1 in
ps) [ "$2" = -q ] || printf 'web\\nvanil\\ndb\\n' ;;
inspect) case $4 in web) echo true ;; *) echo false ;; esac ;;
esac
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where the script finds its programs: a docker client that knows three containers, and the system's own."""
    programs = tmp_path / "bin"
    programs.mkdir()
    client = programs / "docker"
    client.write_text(CLIENT)
    client.chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "script"
    shutil.copytree(EMULATOR, made)
    return made


def verdicts(text: str) -> dict[str, BenchVerdict]:
    answers = docker_bench.ask(Script("x"), {"n": Answering({"report": text})}, lambda _: None)
    answer = answers["n"]
    assert isinstance(answer, Known), answer
    return {verdict.item: verdict for verdict in answer.value.verdicts}


def test_the_scripts_verdicts_are_read_with_what_they_name(folder: Path, environment: dict[str, str]) -> None:
    found = verdicts(bench.judge(str(folder), environment, 30))
    assert {item: verdict.result for item, verdict in found.items()} == {
        "4.2": "NOTE",
        "4.5": "WARN",
        "5.1": "PASS",
        "5.5": "WARN",
        "5.13": "WARN",
        "5.32": "PASS",
        "C.1": "INFO",
    }
    assert (found["5.5"].items, found["5.5"].details) == (("web",), "Containers:  web")


def test_the_folder_is_private_and_gone_afterwards(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(bench, "_SEARCH", environment["PATH"])
    script = docker_bench.script(str(EMULATOR))
    where = tmp_path / "seen"
    files = script.files | {"tests/0_look.sh": f'stat -c %a .. >"{where}"; pwd >>"{where}"\n'}
    report = bench.run({"files": files, "image": "", "engine_socket": "/run/docker.sock", "seconds": 30})
    mode, path = where.read_text().split()
    assert verdicts(report)
    assert mode == "700"
    assert path.startswith(str(tmp_path))
    assert not Path(path).exists()
    assert not list(tmp_path.glob("harden-bench-*"))


WRONG = {
    "no engine answers": ("bin/docker", "#!/bin/sh\nexit 1\n", "no connection to the engine"),
    "it does not end": ("script/tests/0.sh", "sleep 60\n", "did not end within 1 s"),
    "it breaks off": ("script/docker-bench-security.sh", "exit 3\n", "exit code 3"),
}


@pytest.mark.parametrize(("name", "text", "reason"), WRONG.values(), ids=WRONG)
def test_a_run_that_gives_no_report_says_why(
    folder: Path, environment: dict[str, str], name: str, text: str, reason: str
) -> None:
    (folder.parent / name).write_text(text)
    with pytest.raises(bench.Failed, match=reason):
        bench.judge(str(folder), environment, 1)


def test_what_it_started_ends_with_it(folder: Path, environment: dict[str, str], tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    (folder / "tests/0.sh").write_text(f'sleep 300 & echo $! >"{pid}"; wait\n')
    with pytest.raises(bench.Failed):
        bench.judge(str(folder), environment, 5)
    try:
        left = os.pidfd_open(int(pid.read_text()))
    except ProcessLookupError:
        return
    assert select.select([left], [], [], 10)[0], "it still runs"
    os.close(left)


def test_a_file_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(bench.Failed, match="leads out"):
        bench.lay_out({"../x": ""}, str(tmp_path))


ANSWERS = {
    "an unreachable node": (HostError("n", "no SSH connection"), "no SSH connection"),
    "no JSON at all": (b"\x00", "makes no sense"),
    "a reason": ({"error": "there is no bash on the node"}, "there is no bash on the node"),
    "a name that is not escaped": ({"report": '{"tests": [{"id": "a"b"}]}'}, "its JSON is broken"),
    "a report that was cut off": ({"report": '{"dockerbenchsecurity": "1.6.0", "tests": ['}, "its JSON is broken"),
    "another tool's report": ({"report": '{"checks": 7}'}, "is no report of docker-bench-security"),
    "a verdict that is none": (
        {"report": '{"dockerbenchsecurity":"1.6.0","end":1,"tests":[{"id":"1","results":[{"id":1,"desc":""}]}]}'},
        "is no report of docker-bench-security",
    ),
    "no verdict": ({"report": '{"dockerbenchsecurity":"1.6.0","end":1,"tests":[]}'}, "no verdict at all"),
    "half of a character": ({"report": '"\ud800'}, "makes no sense"),
}


@pytest.mark.parametrize(("answer", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_a_node_without_a_report_is_told_and_hides_no_other(answer: object, reason: str) -> None:
    whole = {"dockerbenchsecurity": "1.6.0", "end": 1, "tests": [{"id": "1", "results": [{"id": "1.1.1", "desc": ""}]}]}
    hosts: dict[str, Host] = {"n": Answering(answer), "m": Answering({"report": msgspec.json.encode(whole).decode()})}
    told: list[str] = []
    found = docker_bench.ask(Script("x"), hosts, told.append)
    assert isinstance(found["m"], Known)
    assert isinstance(found["n"], Unavailable)
    assert reason in found["n"].reason
    assert any(line.startswith("n: docker-bench-security: ") for line in told)


def test_the_script_is_found_by_its_folder_or_its_file() -> None:
    by_folder = docker_bench.script(str(EMULATOR))
    assert docker_bench.script(str(EMULATOR / "docker-bench-security.sh")).files == by_folder.files
    assert sorted(by_folder.files) == [
        "docker-bench-security.sh",
        "functions/output.sh",
        "tests/4_images.sh",
        "tests/5_containers.sh",
        "tests/99_more.sh",
    ]


def test_what_is_no_place_here_is_an_image() -> None:
    assert docker_bench.script("docker/docker-bench-security:1.6.0").image == "docker/docker-bench-security:1.6.0"


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere", "~x", "--privileged", "An Image"])
def test_a_name_that_is_neither_is_refused(name: str) -> None:
    with pytest.raises(HardenError, match="no such folder"):
        docker_bench.script(name)


def test_a_folder_without_the_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match=r"has no docker-bench-security\.sh"):
        docker_bench.script(str(tmp_path))
    (tmp_path / "docker-bench-security.sh").touch()
    with pytest.raises(HardenError, match="has no tests/"):
        docker_bench.script(str(tmp_path))


def test_the_emulator_can_be_started_as_the_original() -> None:
    assert (EMULATOR / "docker-bench-security.sh").stat().st_mode & stat.S_IXUSR
