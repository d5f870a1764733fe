"""Programs that run on after the command that started them: found again by pid file, never mistaken for another."""

import os
import select
import signal
import time
from pathlib import Path

from .pace import patience


def running(pid_file: Path) -> int | None:
    """The process that wrote `pid_file`, if it still runs.

    A process id alone may belong to somebody else by now: the process must have the pid file among its arguments.
    """
    try:
        pid = int(pid_file.read_text().strip())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if bytes(pid_file) in arguments else None


def stop(pid_file: Path, number: signal.Signals = signal.SIGKILL) -> bool:
    """Signal the process and wait until it is gone; SIGKILL follows when it does not go.

    Returns:
        Whether there was one.
    """
    pid = running(pid_file)
    if pid is None:
        pid_file.unlink(missing_ok=True)
        return False
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        if running(pid_file) == pid:  # the handle is of that process, not of a later one with its number
            _end(handle, number)
    finally:
        os.close(handle)
    pid_file.unlink(missing_ok=True)
    return True


def wait_gone(pid_file: Path, seconds: float) -> bool:
    """Whether the process was gone within so many seconds."""
    deadline = time.monotonic() + seconds
    while running(pid_file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _end(handle: int, number: signal.Signals) -> None:
    try:
        signal.pidfd_send_signal(handle, number)
        gone, _, _ = select.select([handle], [], [], patience(10))
        if not gone:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], patience(30))
    except ProcessLookupError:
        return
