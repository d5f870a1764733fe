"""One at a time, and an orderly end when interrupted."""

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from hardening.errors import HardenError

from .reporting import Reporter

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Holder(msgspec.Struct, frozen=True):
    """Who has a lock. `since` is Unix time in seconds."""

    pid: int
    purpose: str
    since: float

    def __str__(self) -> str:
        """For messages."""
        return f"`{self.purpose}` (process {self.pid}, for {time.time() - self.since:.0f} s)"


@contextmanager
def exclusive(path: Path, purpose: str, *, wait: Reporter | None = None) -> Generator[None]:
    """Hold the lock file `path`; the kernel lets it go when this process ends, however that happens.

    Args:
        path: the lock file, left in place.
        purpose: what is being done, for whoever finds it locked.
        wait: told who has the lock, and then it is waited for; None refuses instead.

    Raises:
        HardenError: somebody else holds it; says who.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held_by = _holder(path)
            if wait is None:
                raise HardenError(f"{held_by} is at work on {path.parent}", "wait for it to end, or stop it") from None
            wait(f"waiting for {held_by}")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(msgspec.json.encode(Holder(os.getpid(), purpose, time.time())))
        file.flush()
        with interruptible():
            yield


@contextmanager
def interruptible() -> Generator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt inside, as Ctrl-C does, so that everything is cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Generator[None]:
    """Ctrl-C, SIGTERM and SIGHUP take effect only after this short piece of work, which must not stay half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    numbers = (*_SIGNALS, signal.SIGINT)
    before = {number: signal.signal(number, lambda number, _frame: came.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            raise KeyboardInterrupt(signal.Signals(came[0]).name)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _holder(path: Path) -> str:
    try:
        return str(msgspec.json.decode(path.read_bytes(), type=Holder))
    except (OSError, msgspec.DecodeError):
        return "another process"


def command_line() -> str:
    """What this process was started as, for Holder.purpose."""
    return " ".join(("harden", *sys.argv[1:])) if sys.argv else "harden"
