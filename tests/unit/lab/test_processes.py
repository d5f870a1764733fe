"""Programs found again by their pid file."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from hardening.lab import processes

WAIT = "import sys; sys.stdin.read()"
DEAF = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); sys.stdin.read()"


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "program.pid"


@pytest.fixture
def program(pid_file: Path) -> Generator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-c", WAIT, str(pid_file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as running:
        pid_file.write_text(f"{running.pid}\n")
        # until exec is done, the arguments are still this process's own
        while str(pid_file).encode() not in Path(f"/proc/{running.pid}/cmdline").read_bytes():
            os.sched_yield()
        yield running
        running.kill()


def test_a_running_program_is_found(program: subprocess.Popen[bytes], pid_file: Path) -> None:
    assert processes.running(pid_file) == program.pid


def test_another_process_with_its_number_is_not_taken_for_it(pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    assert processes.running(pid_file) is None


def test_another_process_with_its_number_is_not_stopped(tmp_path: Path, program: subprocess.Popen[bytes]) -> None:
    stale = tmp_path / "stale.pid"
    stale.write_text(str(program.pid))
    assert not processes.stop(stale)
    assert program.poll() is None


@pytest.mark.parametrize("content", ["", "x", "-1", "4194305"])
def test_a_pid_file_without_a_process_is_nobody(pid_file: Path, content: str) -> None:
    pid_file.write_text(content)
    assert processes.running(pid_file) is None


def test_a_missing_pid_file_is_nobody(pid_file: Path) -> None:
    assert processes.running(pid_file) is None
    assert not processes.stop(pid_file)


def test_stopping_waits_until_it_is_gone(program: subprocess.Popen[bytes], pid_file: Path) -> None:
    assert processes.stop(pid_file)
    assert program.wait(5) == -9
    assert not pid_file.exists()


def test_what_ignores_a_polite_signal_is_killed(pid_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "patience", lambda _seconds: 0.2)
    argv = [sys.executable, "-c", DEAF, str(pid_file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout
        deaf.stdout.readline()
        pid_file.write_text(str(deaf.pid))
        processes.stop(pid_file, signal.SIGTERM)
        assert deaf.wait(5) == -9
