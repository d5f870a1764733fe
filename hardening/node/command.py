"""What a program of the node prints. Part of node programs."""

from __future__ import annotations

import os

from hardening.node.fact import NotReadable

ENVIRONMENT = {"PATH": os.defpath + ":/sbin:/usr/sbin", "LC_ALL": "C"}
_SECONDS = 60


def output(*argv: str, seconds: float = _SECONDS) -> bytes:
    """Standard output of a program that ends well.

    Raises:
        NotReadable: it is not installed, failed or did not end.
    """
    import subprocess  # noqa: PLC0415 - takes longer to load than most facts to read, and few need it

    try:
        done = subprocess.run(
            argv, env=ENVIRONMENT, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise NotReadable(f"{argv[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise NotReadable(f"{argv[0]} did not end within {seconds:.0f} s") from None
    if done.returncode:
        words = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise NotReadable(f"{' '.join(argv)} ended with {done.returncode}: {words[-1] if words else 'no message'}")
    return done.stdout
