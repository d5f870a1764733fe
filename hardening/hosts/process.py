"""Local programs, through `sh`: whole input in, whole output back, a time limit on everything."""

import io
import shutil

import sh

from hardening.model.result import Result

TIMED_OUT = -1
"""`Result.rc` of a program that was stopped at its time limit."""

_ANY_EXIT_CODE = tuple(range(256))


def run(argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float, cwd: str | None = None) -> Result:
    """Run a program to its end.

    Returns:
        A Result whatever the exit code: 127 when there is no such program, TIMED_OUT past `timeout` seconds, minus the
        signal's number (below -1) when a signal ended it.
    """
    if shutil.which(argv[0]) is None:
        return Result(argv, 127, b"", f"{argv[0]}: no such program".encode())
    out, err = io.BytesIO(), io.BytesIO()
    try:
        command = sh.Command(argv[0])(
            *argv[1:],
            _in=io.BytesIO(stdin),
            _out=out,
            _err=err,
            _ok_code=_ANY_EXIT_CODE,
            _timeout=timeout,
            _tty_out=False,
            _cwd=cwd,
            _return_cmd=True,
            _no_out=True,
            _no_err=True,
            _encoding="utf-8",
            _decode_errors="replace",
        )
        rc = int(command.exit_code)
    except sh.TimeoutException:
        return Result(argv, TIMED_OUT, out.getvalue(), f"no answer within {timeout:.0f} s".encode())
    except sh.SignalException as error:
        return Result(argv, int(error.exit_code), out.getvalue(), err.getvalue())
    return Result(argv, rc, out.getvalue(), err.getvalue())
