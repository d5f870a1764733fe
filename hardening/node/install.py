"""Puts files in place, each whole or not at all. Runs as root on a node.

The request: {"files": [{"path", "content" or null, "mode", "check": [argv], "then": [argv]}]}. `check` sees the new
content under a temporary path (`{}`) first; `then` runs once the file is in place. The answer, one line of JSON: a list
with one entry per file that was tried, {"path", "error": TEXT or ""}; the first error ends the work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_SECONDS = 300


def main() -> None:
    """Install each file of the request in order, stop at the first that fails."""
    answers = []
    for file in json.loads(sys.stdin.buffer.readline())["files"]:
        try:
            error = _install(file)
        except (OSError, subprocess.SubprocessError) as problem:
            error = str(problem)
        answers.append({"path": file["path"], "error": error})
        if error:
            break
    print(json.dumps(answers))


def _install(file: dict[str, Any]) -> str:
    path = Path(file["path"])
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if file["content"] is not None:
        # A leading dot keeps the unfinished file out of every reader of such folders (apparmor.d, sysctl.d, rules.d).
        handle, temporary = tempfile.mkstemp(prefix=".harden-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(file["content"])
                os.fchmod(stream.fileno(), file["mode"])
                stream.flush()
                os.fsync(stream.fileno())
            error = _run([temporary if word == "{}" else word for word in file["check"]])
            if error:
                return error
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    return _run(file["then"])


def _run(argv: list[str]) -> str:
    if not argv:
        return ""
    done = subprocess.run(argv, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).decode(errors="replace").strip()
    return f"{argv[0]} failed: {said or f'exit code {done.returncode}'}"


if __name__ == "__main__":
    main()
