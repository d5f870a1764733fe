"""Local programs: what comes back, whatever the program does."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hardening.hosts import process


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


@pytest.mark.parametrize(
    ("script", "rc"),
    [
        ("exit 0", 0),
        ("exit 3", 3),
        ("exit 255", 255),
        ("kill -TERM $$", -signal.SIGTERM),
        ("kill -KILL $$", -signal.SIGKILL),
        ("kill -PIPE $$", -signal.SIGPIPE),
    ],
)
def test_the_way_a_program_ends_is_an_answer(script: str, rc: int) -> None:
    assert process.run(shell(script), timeout=20).rc == rc


@pytest.mark.parametrize("program", ["no-such-program", "/no/such/program", "/etc/passwd", "/tmp"])
def test_a_program_that_is_not_there_is_an_answer_too(program: str) -> None:
    result = process.run((program,), timeout=20)
    assert (result.rc, result.complaint) == (127, f"{program}: no such program")


def test_output_and_complaints_come_back_apart() -> None:
    result = process.run(shell("echo out; echo first >&2; echo last >&2; exit 1"), timeout=20)
    assert (result.text, result.stderr, result.complaint) == ("out\n", b"first\nlast\n", "last")


def test_arguments_arrive_as_they_are() -> None:
    arguments = ("", "a b", "$HOME", "'", '"', "*", "é", "line\nfeed", "--flag=x")
    assert process.run(("printf", "%s|", *arguments), timeout=20).text == "".join(f"{word}|" for word in arguments)


def test_large_binary_input_comes_back_unchanged() -> None:
    everything = bytes(range(256)) * 20_000
    assert process.run(("cat",), stdin=everything, timeout=60).stdout == everything


def test_a_large_complaint_does_not_stop_the_program() -> None:
    result = process.run(shell("head -c 3000000 /dev/zero >&2; echo done"), timeout=60)
    assert (result.text, len(result.stderr)) == ("done\n", 3_000_000)


def test_input_that_nobody_reads_is_no_failure() -> None:
    assert process.run(("true",), stdin=b"x" * 1_000_000, timeout=20).ok


def test_without_input_a_reader_sees_the_end() -> None:
    assert process.run(("cat",), timeout=20).stdout == b""


def test_a_program_past_its_time_is_killed_and_says_so() -> None:
    began = time.monotonic()
    result = process.run(shell("echo $$; exec sleep 300"), timeout=0.3)
    assert result.rc == process.TIMED_OUT
    assert result.complaint == "no answer within 0.3 s"
    assert time.monotonic() - began < 10
    assert not Path(f"/proc/{result.text.strip()}").exists()


@pytest.mark.parametrize("script", ["exec yes", "exec yes >&2"])
def test_a_program_that_never_stops_talking_is_stopped(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "OUTPUT_LIMIT", 1 << 20)
    began = time.monotonic()
    result = process.run(shell(script), timeout=100)
    assert (result.rc, result.complaint, result.stdout) == (process.TIMED_OUT, "more than 1 MiB", b"")
    assert time.monotonic() - began < 30


def test_a_quick_program_is_not_held_up_by_its_time_limit() -> None:
    def seconds() -> float:
        began = time.monotonic()
        process.run(("true",), timeout=100)
        return time.monotonic() - began

    assert min(seconds() for _ in range(20)) < 0.09  # waiting by polling takes a tenth of a second at least


def test_an_interrupted_wait_kills_the_program(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"sleep 0.3; echo $$ >{note}; exec sleep 300"  # by then its starter is waiting for it
    script = f"from hardening.hosts import process; process.run(('sh', '-c', {child!r}), timeout=300)"
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL) as starter:
        while not (note.exists() and note.read_text().strip()):
            assert starter.poll() is None
            os.sched_yield()
        starter.send_signal(signal.SIGINT)
        assert starter.wait(20) != 0
    assert not Path(f"/proc/{note.read_text().strip()}").exists()


def test_a_served_program_answers_and_ends_with_its_input() -> None:
    with process.serve(shell("read word; echo $$ $word; cat"), stdin=b"hello\n", timeout=20) as first:
        assert first.ok
        pid, word = first.text.split()
        assert word == "hello"
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("script", "rc", "complaint"),
    [
        ("echo sorry >&2; exit 4", 4, "sorry"),
        ("exit 0", 1, "it ended without an answer"),
        ("cat", process.TIMED_OUT, "no answer within 0.3 s"),
    ],
)
def test_a_served_program_that_does_not_answer_says_why(script: str, rc: int, complaint: str) -> None:
    with process.serve(shell(script), stdin=b"", timeout=0.3 if rc < 0 else 20) as first:
        assert (first.rc, first.complaint) == (rc, complaint)


def test_a_served_program_that_is_not_there_says_so() -> None:
    with process.serve(("no-such-program",), stdin=b"", timeout=20) as first:
        assert first.rc == 127


WORK = """
import sys
from hardening.hosts.process import run
print("working", flush=True)
while True:
    run(("true",), timeout=20)
"""


@pytest.mark.parametrize("delay", range(12))
def test_an_interrupt_is_heeded_wherever_a_program_is_being_started(delay: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as work:
        assert work.stdout
        try:
            assert work.stdout.readline() == b"working\n"
            threading.Event().wait(delay / 400)
            work.send_signal(signal.SIGINT)
            _, said = work.communicate(timeout=30)
        finally:
            work.kill()
    assert said.rstrip().endswith(b"KeyboardInterrupt")
    assert b"Exception ignored" not in said


def test_a_program_that_is_tied_to_its_parent_is_not_ended_by_a_thread_that_ends() -> None:
    tied = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", "sleep 1; echo there")
    assert process.run(tied, timeout=20).stdout == b"there\n"


def test_a_served_program_that_is_tied_to_its_parent_stays() -> None:
    tied = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", "sleep 1; echo there; read line")
    with process.serve(tied, stdin=b"", timeout=20) as first:
        assert first.stdout == b"there\n"
