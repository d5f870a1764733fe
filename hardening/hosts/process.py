"""Local programs, through `sh`: whole input in, whole output back, a time limit on everything."""

import contextlib
import io
import queue
import shutil
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any

import sh

from hardening.model.result import Result

TIMED_OUT = -1
"""`Result.rc` of a program that was stopped at its time limit."""

OUTPUT_LIMIT = 256 << 20
"""Bytes that a program may say; a node with a thousand containers tells some ten million."""
_ANY_EXIT_CODE = tuple(range(256))
_GOODBYE_SECONDS = 10
"""How long a served program may take to end once its input is closed."""


def run(argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float, cwd: str | None = None) -> Result:
    """Run a program to its end.

    Returns:
        A Result whatever the exit code: 127 when there is no such program, TIMED_OUT past `timeout` seconds or past
        OUTPUT_LIMIT bytes, minus the signal's number (below -1) when a signal ended it.
    """
    if shutil.which(argv[0]) is None:
        return Result(argv, 127, b"", f"{argv[0]}: no such program".encode())
    out, err = _Output(), _Output()
    program = _Program(argv, _in=io.BytesIO(stdin), _out=out, _err=err, _cwd=cwd)
    out.at_limit = err.at_limit = program.kill
    in_time = program.ends_within(timeout)
    if out.is_full or err.is_full:
        return Result(argv, TIMED_OUT, b"", f"more than {OUTPUT_LIMIT >> 20} MiB".encode())
    if not in_time:
        return Result(argv, TIMED_OUT, out.getvalue(), f"no answer within {timeout:g} s".encode())
    return Result(argv, program.exit_code, out.getvalue(), err.getvalue())


class _Output(io.BytesIO):
    """What a program says, up to OUTPUT_LIMIT; one that says more is stopped, and the rest is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.at_limit: Callable[[], None] = lambda: None

    def write(self, chunk: Any, /) -> int:  # noqa: ANN401 - bytes; a buffer has no name before Python 3.12
        length = len(chunk)
        if self.is_full or self.tell() + length > OUTPUT_LIMIT:
            self.is_full = True
            self.at_limit()
            return length
        return super().write(chunk)


class _Program:
    """A program that runs, and a thread that starts it, waits for it, and lives as long.

    No interrupt reaches the thread. One that comes up inside sh is lost or does harm: Python swallows exceptions in
    what it calls around a fork, such as taking the lock of `logging`, which then stays taken, and sh's own locks fare
    no better. The thread has to stay because a program tied to its parent (PR_SET_PDEATHSIG) ends with the thread that
    forked it.
    """

    def __init__(self, argv: tuple[str, ...], **ways: Any) -> None:  # noqa: ANN401 - sh takes what it takes
        self._started: Future[sh.RunningCommand] = Future()
        self._ended: Future[None] = Future()
        threading.Thread(target=self._live, args=(argv, ways), daemon=True).start()
        try:
            self._command = self._started.result()
        except BaseException:
            if self._started.exception() is None:  # interrupted; it was not the start that failed
                self._command = self._started.result()
                self.kill()
            raise

    def _live(self, argv: tuple[str, ...], ways: dict[str, Any]) -> None:
        try:
            command = sh.Command(argv[0])(
                *argv[1:],
                **ways,
                _ok_code=_ANY_EXIT_CODE,
                _bg=True,
                _bg_exc=False,
                _tty_out=False,
                _no_out=True,
                _no_err=True,
                _encoding="utf-8",
                _decode_errors="replace",
            )
        except BaseException as error:  # noqa: BLE001 - for whoever waits
            self._started.set_exception(error)
            return
        self._started.set_result(command)
        try:
            with contextlib.suppress(sh.SignalException):  # the exit code says so
                command.wait()
        except BaseException as error:  # noqa: BLE001 - for whoever waits
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    @property
    def exit_code(self) -> int:
        """Of a program that has ended; minus the signal's number when one ended it."""
        return int(self._command.exit_code)

    def ends_within(self, seconds: float) -> bool:
        """Wait; a program that takes longer is killed, and so is one when the waiting is interrupted."""
        try:
            self._ended.result(seconds)
        except BaseException as error:
            self.kill()
            self._ended.result()
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def has_ended_within(self, seconds: float) -> bool:
        """Wait, and leave a program that takes longer alone."""
        try:
            self._ended.result(seconds)
        except TimeoutError:
            return False
        return True

    def terminate(self) -> None:
        """Ask it to end."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended; or it is sudo, which root owns
            self._command.terminate()

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # as above
            self._command.kill()


@contextlib.contextmanager
def serve(argv: tuple[str, ...], *, stdin: bytes, timeout: float) -> Generator[Result]:
    """Run a program that stays: it answers with one line, then works until its standard input ends.

    Args:
        argv: program and arguments.
        stdin: sent at once; the input stays open until the context closes.
        timeout: seconds until the first line.

    Yields:
        The first line as `stdout` of a Result whose `rc` is 0. A program that ended, or said nothing within `timeout`,
        is a Result as `run` gives it.
    """
    if shutil.which(argv[0]) is None:
        yield Result(argv, 127, b"", f"{argv[0]}: no such program".encode())
        return
    feed: queue.Queue[bytes | None] = queue.Queue()
    lines: queue.Queue[bytes | None] = queue.Queue()
    errors = io.BytesIO()
    feed.put(stdin)
    program = _Program(
        argv,
        _in=feed,
        _out=lambda line: lines.put(line.encode() if isinstance(line, str) else line),
        _err=errors,
        _done=lambda *_: lines.put(None),
    )
    try:
        yield _first_line(argv, program, lines, errors, timeout)
    finally:
        feed.put(None)
        _end(program)


def _first_line(
    argv: tuple[str, ...],
    program: _Program,
    lines: queue.Queue[bytes | None],
    errors: io.BytesIO,
    timeout: float,
) -> Result:
    try:
        line = lines.get(timeout=timeout)
    except queue.Empty:
        return Result(argv, TIMED_OUT, b"", f"no answer within {timeout:g} s".encode())
    if line is not None:
        return Result(argv, 0, line, b"")
    program.ends_within(_GOODBYE_SECONDS)
    return Result(argv, program.exit_code or 1, b"", errors.getvalue() or b"it ended without an answer")


def _end(program: _Program) -> None:
    """Wait for a program whose input was closed, and stop one that does not take the hint."""
    for stop in (None, program.terminate, program.kill):
        if stop is not None:
            stop()
        if program.has_ended_within(_GOODBYE_SECONDS):
            return
