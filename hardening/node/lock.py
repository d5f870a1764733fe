"""Holds the deploy lock of a manager until its standard input ends, so a deploy that dies lets go of it.

The request: {"holder": TEXT}. The answer, one line of JSON: {"held_by": ""} when the lock is
ours, else the holder's text.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path

PATH = Path("/run/harden/deploy.lock")


def main() -> None:
    """Take the lock or say who has it."""
    holder = json.loads(sys.stdin.buffer.readline())["holder"]
    PATH.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(PATH, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(json.dumps({"held_by": lock.read() or "another deploy"}), flush=True)
            return
        lock.truncate(0)
        lock.write(holder)
        lock.flush()
        print(json.dumps({"held_by": ""}), flush=True)
        sys.stdin.buffer.read()
        lock.truncate(0)


if __name__ == "__main__":
    main()
