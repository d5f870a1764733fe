"""Going into a container's network. Part of node programs."""

from __future__ import annotations

import os

_CLONE_NEWNET = 0x40000000


def enter_network(pid: int) -> None:
    """Move this thread, and every thread it starts from now on, into the network namespace of a process."""
    namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if hasattr(os, "setns"):  # Python 3.12
            os.setns(namespace, _CLONE_NEWNET)
        else:
            _setns(namespace)
    finally:
        os.close(namespace)


def _setns(namespace: int) -> None:
    import ctypes  # noqa: PLC0415 - only where Python lacks os.setns, and slow to start

    if ctypes.CDLL(None, use_errno=True).setns(namespace, _CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
