"""Recordings of real containers by real bpftrace, held against strace and against numbers known beforehand."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening import record
from hardening.errors import FailedError, HardenError, HostError
from hardening.hosts.local import LocalHost
from hardening.model.inventory import LocalTransport, Node, NodeRole
from hardening.model.scenario import Request, Requests, Scenario, Step
from hardening.model.verification import Denial
from hardening.record import driving, verifying
from hardening.record.subject import find
from tests.engine.private_host import PrivateHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardening.model.recording import Recording
    from tests.engine.conftest import Engine

    Starter = Callable[..., str]
    Recorder = Callable[[str, Callable[[], object]], Recording]

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

HOST = LocalHost(Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport()))
BUSYBOX = "/bin/busybox"
MILLION = 1_000_000
SETUP = ("mkfifo", "dd", "mv", "rm", "rmdir", "touch", "ln", "chmod")


@pytest.fixture(scope="module")
def image(dockerd: Engine) -> str:
    """Also shows that this kernel lets anything be recorded; where it does not, everything here is skipped."""
    dockerd.make_busybox("recorder:1", {f"bin/{name}": "busybox" for name in SETUP})
    container = dockerd.docker("run", "--detach", "--network=none", "recorder:1", "sleep", "900").stdout.strip()
    target = record.Target(container=container, engine_socket=str(dockerd.socket))
    try:
        with record.watch({"here": HOST}, target, lambda *_: None):
            pass
    except HostError as error:
        pytest.skip(f"ENGINE TESTS SKIPPED: this kernel cannot be recorded: {error.message}")
    finally:
        dockerd.docker("rm", "--force", container)
    return "recorder:1"


@pytest.fixture
def start(dockerd: Engine, image: str) -> Iterator[Starter]:
    """Starts containers without a network; they are gone after the test."""
    started: list[str] = []

    def run(*argv: str, options: tuple[str, ...] = ()) -> str:
        started.append(dockerd.docker("run", "--detach", "--network=none", *options, image, *argv).stdout.strip())
        return started[-1]

    yield run
    if started:
        dockerd.docker("rm", "--force", *started)


@pytest.fixture
def recorded(dockerd: Engine) -> Recorder:
    def run(container: str, drive: Callable[[], object]) -> Recording:
        target = record.Target(container=container, engine_socket=str(dockerd.socket))
        outcome = record.record({"here": HOST}, target, ("web", "test"), lambda: (drive(), None)[1], lambda *_: None)
        return outcome.recording

    return run


def of(recording: Recording) -> dict[str, str]:
    return {use.path: use.access for use in recording.files}


# --- calls ------------------------------------------------------------------------------------------------------------


def test_every_call_is_counted_as_often_as_strace_sees_it(
    dockerd: Engine, start: Starter, recorded: Recorder, tmp_path: Path
) -> None:
    work = (
        "cd /tmp; for i in 1 2 3; do echo $i > file; cat file > copy; mv copy other; rm other; done; mkdir d; rmdir d"
    )
    container = start("sh", "-c", f"mkfifo /go; read x < /go; {work}; touch /done; exec sleep 900")
    root = Path(f"/proc/{dockerd.pid_of(container)}/root")
    go = root / "go"
    dockerd.wait_until(go.exists, "the container to wait")
    trace = tmp_path / "trace"

    def drive() -> None:
        argv = ["strace", "-f", "-qq", "-o", str(trace), "-p", str(dockerd.pid_of(container))]
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as strace:
            dockerd.wait_until(trace.exists, "strace")
            dockerd.wait_until(lambda: "TracerPid:\t0" not in status(dockerd.pid_of(container)), "strace to attach")
            go.write_text("now\n")
            dockerd.wait_until(lambda: comm(dockerd.pid_of(container)) == "sleep", "the work to end")
            strace.send_signal(signal.SIGINT)

    recording = recorded(container, drive)
    # The call in which the shell waited began before either watched; sleep's last one goes on.
    uncertain = {"openat", "restart_syscall", "nanosleep", "clock_nanosleep"}
    truth = Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))
    seen = recording.programs[BUSYBOX]
    assert {name: seen.get(name) for name in truth.keys() - uncertain} == {
        name: truth[name] for name in truth.keys() - uncertain
    }
    assert seen.keys() - uncertain == truth.keys() - uncertain
    assert abs(seen["openat"] - truth["openat"]) <= 1


def status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_of_two_million_calls_none_is_lost(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    container = start("sleep", "900")

    def copied(blocks: int) -> Recording:
        argv = ["exec", container, "dd", "if=/dev/zero", "of=/dev/null", "bs=1", f"count={blocks}"]
        return recorded(container, lambda: dockerd.docker(*argv))

    few, many = (copied(blocks).programs[BUSYBOX] for blocks in (1, MILLION))
    assert {name: many[name] - few[name] for name in ("read", "write")} == dict.fromkeys(("read", "write"), MILLION - 1)
    assert {name: count for name, count in many.items() if name not in {"read", "write"}} == {
        name: count for name, count in few.items() if name not in {"read", "write"}
    }


def test_a_restart_in_the_middle_is_seen_from_its_first_instruction(
    dockerd: Engine, start: Starter, recorded: Recorder
) -> None:
    container = start("sh", "-c", "cat /etc/hostname; exec sleep 900")
    recording = recorded(container, lambda: dockerd.docker("restart", "--time=0", container))
    calls = recording.programs[BUSYBOX]
    assert calls["arch_prctl"] == 3  # sh, cat, sleep: the first thing that a static program does
    assert calls["execve"] == 2  # sh is runc's
    assert of(recording)["/etc/hostname"] == "r"
    assert recording.executed == (BUSYBOX,)
    assert recording.is_whole


def test_what_runc_does_is_kept_apart(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    container = start("sleep", "900")
    recording = recorded(
        container,
        lambda: (dockerd.docker("restart", "--time=0", container), dockerd.docker("exec", container, "true")),
    )
    assert recording.programs.keys() == {BUSYBOX}
    assert not {"mount", "pivot_root", "seccomp", "keyctl", "epoll_ctl"} & recording.programs[BUSYBOX].keys()
    assert recording.runtime["execve"] == 2
    assert "pivot_root" not in recording.runtime  # before the filter was in
    assert recording.capabilities == ()
    assert not [path for path in of(recording) if "runc" in path]


def test_what_a_filter_answers_is_told_apart_from_what_was_done(
    dockerd: Engine, start: Starter, recorded: Recorder, tmp_path: Path
) -> None:
    inet = {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 10, "op": "SCMP_CMP_EQ"}]}
    rules = [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}, inet]
    profile = tmp_path / "filter.json"
    profile.write_text(record_json({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}))
    container = start("sleep", "900", options=(f"--security-opt=seccomp={profile}",))

    def drive() -> None:
        dockerd.docker("exec", container, "mkdir", "/tmp/refused", check=False)
        dockerd.docker("exec", container, "wget", "http://[::1]:9/", check=False)
        dockerd.docker("exec", container, "wget", "http://127.0.0.1:9/", check=False)

    recording = recorded(container, drive)
    assert recording.refused.keys() == {BUSYBOX}
    assert recording.refused[BUSYBOX].keys() == {"mkdir", "socket"}
    assert recording.refused[BUSYBOX]["mkdir"] == 1
    assert "mkdir" not in recording.programs[BUSYBOX]
    families = {use.family for use in recording.sockets}
    assert "inet" in families
    assert "inet6" not in families


def test_a_verifying_filter_shows_each_refusal_with_its_process_and_task(
    dockerd: Engine, start: Starter, tmp_path: Path
) -> None:
    own = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}
    profile = tmp_path / "filter.json"
    profile.write_text(verifying.verifying_filter(record_json(own)))
    container = start("sleep", "900", options=(f"--security-opt=seccomp={profile}", "--name=verified"))
    target = record.Target(container=container, engine_socket=str(dockerd.socket))
    with record.watch({"here": HOST}, target, lambda *_: None) as watching:
        refused = dockerd.docker("exec", container, "mkdir", "/tmp/refused", check=False)
        dockerd.docker("exec", "--user=1000", container, "sh", "-c", "kill -9 1", check=False)  # refused by the kernel
        answers = watching.finish()
    assert "133" in refused.stderr or "hardware" in refused.stderr.lower()
    found = verifying.trial("test", answers)
    assert found.denials == (Denial("seccomp", "mkdir", BUSYBOX, "mkdir", "here", "verified", 1),)


def record_json(document: object) -> str:
    import json

    return json.dumps(document)


# --- files, capabilities, signals -------------------------------------------------------------------------------------


def test_files_are_told_as_apparmor_sees_them(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    container = start("sleep", "900", options=("--tmpfs=/scratch", "--volume=kept:/data"))
    script = """
        cd /data; echo a > new; echo b >> new; cat new >/dev/null; mv new moved; ln -s moved link; cat link >/dev/null
        cd /scratch; mkdir folder; cd folder; touch inner; chmod 600 inner; rm inner; cd ..; rmdir folder
        ls /bin >/dev/null; cat /proc/self/status >/dev/null; cat /etc/../etc/hostname >/dev/null; rm /data/moved
    """
    recording = recorded(container, lambda: dockerd.docker("exec", container, "sh", "-c", script))
    files = of(recording)
    expected = {
        "/data/new": "rwa",
        "/data/moved": "rw",
        "/data/link": "w",
        "/scratch/folder/": "w",
        "/scratch/folder/inner": "rw",
        "/bin/": "r",
        "/proc/self/status": "r",
        "/etc/hostname": "r",
        BUSYBOX: "mrx",
        "/dev/null": "w",
    }
    assert {path: files.get(path) for path in expected} == expected
    assert recording.is_whole


def test_capabilities_and_signals_that_were_used(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    container = start("sh", "-c", "trap : USR1; while true; do sleep 1; done")

    def drive() -> None:
        dockerd.docker("kill", "--signal=USR1", container)
        dockerd.docker("exec", "--user=0", container, "sh", "-c", "mkdir /x; chmod 0 /x; ls /x; kill -USR1 1")

    recording = recorded(container, drive)
    sent = {(use.signal, use.direction) for use in recording.signals}
    assert {("usr1", "send"), ("usr1", "receive")} <= sent
    assert recording.capabilities == ("dac_override",)


# --- services ---------------------------------------------------------------------------------------------------------


def test_a_scenario_drives_a_container_and_waits_for_its_successor(
    dockerd: Engine, start: Starter, recorded: Recorder
) -> None:
    options = ("--health-cmd=true", "--health-interval=1s", "--name=driven")
    container = start(
        "sh", "-c", "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www", options=options
    )
    subject = find({"here": PrivateHost(dockerd)}, (), "driven")
    asked = Requests(8080, (Request("/index.html", status=200), Request("/none", status=404)), clients=20, together=4)
    steps = (
        Step(requests=asked),
        Step(signal="CONT"),
        Step(exec=("id",)),
        Step(health=True),
        Step(crash="task"),
        Step(stop=True),
        Step(requests=asked),
    )
    recording = recorded(container, lambda: driving.drive(subject, Scenario("all", steps), lambda *_: None))
    assert recording.programs[BUSYBOX]["accept"] >= 80
    assert of(recording)["/www/index.html"] == "rw"
    assert ("kill", "receive") in {(use.signal, use.direction) for use in recording.signals}


def test_a_scenario_that_fails_is_not_recorded(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    container = start("sleep", "900")
    subject = find({"here": PrivateHost(dockerd)}, (), container)
    scenario = Scenario("fails", (Step(requests=Requests(9, (Request("/"),))),))
    with pytest.raises(FailedError, match="Connection refused"):
        recorded(container, lambda: driving.drive(subject, scenario, lambda *_: None))


def test_a_service_that_does_not_exist_is_named(dockerd: Engine) -> None:
    with pytest.raises(HardenError, match="nothing-of-that-name: is no service and no container on here"):
        find({"here": PrivateHost(dockerd)}, (), "nothing-of-that-name")


def test_the_recorder_ends_with_its_connection_and_leaves_nothing(dockerd: Engine, start: Starter) -> None:
    container = start("sleep", "900")
    target = record.Target(container=container, engine_socket=str(dockerd.socket))
    with record.watch({"here": HOST}, target, lambda *_: None) as watching:
        folder = Path(watching.sockets["here"]).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        watchers = children_named("bpftrace")
        assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in watchers] == [0], "it compiles behind everything else"
    assert not folder.exists()
    assert not children_named("bpftrace")


def children_named(name: str) -> list[int]:
    """Descendants of this process with that name."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")
        except OSError:
            continue
        parents[int(path.parent.name)] = (int(words[2].split()[1]), words[0].partition("(")[2])
    found = []
    for pid, (parent, command) in parents.items():
        above = parent
        while above in parents and above != os.getpid():
            above = parents[above][0]
        if command == name and above == os.getpid():
            found.append(pid)
    return found


def test_a_service_goes_on_while_it_is_recorded(dockerd: Engine, start: Starter, recorded: Recorder) -> None:
    """Every request is answered while recorders come and go."""
    container = start("sh", "-c", "mkdir /www; echo hi > /www/i; exec httpd -f -p 8080 -h /www")
    subject = find({"here": PrivateHost(dockerd)}, (), container)
    over = threading.Event()
    failures: list[str] = []

    def ask() -> None:
        scenario = Scenario("load", (Step(requests=Requests(8080, (Request("/i", status=200),), clients=50)),))
        while not over.is_set():
            try:
                driving.drive(subject, scenario, lambda *_: None)
            except HardenError as error:
                failures.append(error.message)

    client = threading.Thread(target=ask)
    client.start()
    recorded(container, lambda: over.wait(3))
    over.set()
    client.join()
    assert not failures
