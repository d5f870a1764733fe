"""Work in a child process: in a container's network, or under its root. Part of node programs."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from hardening.node.fact import NotReadable
from hardening.node.fence import enter

_ANSWER_LIMIT = 4 << 20
_GOOD, _BAD = b"+", b"-"


def enter_network(pid: int) -> None:
    """Move this thread, and every thread it starts from now on, into the network namespace of a process."""
    namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(namespace)
    finally:
        os.close(namespace)


def in_child(work: Callable[[], bytes], seconds: float) -> bytes:
    """What `work` answers in a process of its own, which ends with it.

    Raises:
        NotReadable: it raised something, said too much, or took longer than `seconds`.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(work, writing)
    os.close(writing)
    try:
        answer = _all_of(reading, seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)  # it is still there, or a zombie: it is waited for only now
        os.waitpid(child, 0)
    if answer[:1] != _GOOD:
        raise NotReadable(answer[1:].decode("utf-8", "replace") or "a process of the collector ended without an answer")
    return answer[1:]


def _live(work: Callable[[], bytes], writing: int) -> None:
    """The child's whole life: it must not return into the program that it is a copy of."""
    try:
        answer = _GOOD + work()
    except BaseException as error:  # noqa: BLE001 - told to the parent, which is waiting
        answer = _BAD + (str(error) or type(error).__name__).encode("utf-8", "replace")
    try:
        while answer:
            answer = answer[os.write(writing, answer) :]
    finally:
        os._exit(0)


def _all_of(reading: int, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    answer = b""
    while select.select([reading], [], [], max(end - time.monotonic(), 0))[0]:
        chunk = os.read(reading, 1 << 16)
        if not chunk:
            return answer
        answer += chunk
        if len(answer) > _ANSWER_LIMIT:
            raise NotReadable("it told more than is taken")
    raise NotReadable(f"it did not answer within {seconds:.0f} s")
