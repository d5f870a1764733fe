"""One at a time, and an orderly end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.lab.locking import deferred, exclusive, interruptible

HOLDER = """
import sys
from pathlib import Path
from hardening.lab.locking import exclusive
with exclusive(Path(sys.argv[1]), "harden lab up"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    argv = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(HardenError, match=rf"`harden lab up` \(process {holder.pid}, "), exclusive(lock, "second"):
            pass
        holder.kill()
    with exclusive(lock, "second"):  # whoever dies lets go
        pass


def test_who_may_wait_is_told_for_whom(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    told: list[str] = []
    argv = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdin
        holder.stdout.readline()

        def report(line: str) -> None:
            told.append(line)
            holder.kill()

        with exclusive(lock, "second", wait=report):
            pass
    assert told[0].startswith("waiting for `harden lab up`")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_as_ctrl_c_does(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_must_be_finished_is_finished_before_the_interruption(number: signal.Signals) -> None:
    did: list[str] = []

    def work() -> None:
        with deferred():
            os.kill(os.getpid(), number)
            did.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert did == ["all of it"]
