"""The probe program, compiled where `harden` runs: static, so that it runs in any image."""

import hashlib
import os
import platform
from importlib import resources
from pathlib import Path

from hardening.errors import FailedError, HardenError
from hardening.hosts import process

COMPILERS = ("cc", "gcc", "musl-gcc")
FLAGS = ("-static", "-O2", "-s", "-Wall")
COMPILE_SECONDS = 120


def probe(cache: Path) -> bytes:
    """The program, from the cache when it was compiled before.

    Args:
        cache: folder for what can be made again.

    Raises:
        HardenError: there is no C compiler here.
        FailedError: it does not compile; with the compiler's last line.
    """
    source = resources.files(__package__).joinpath("probe.c").read_bytes()
    name = hashlib.sha256(source + " ".join(FLAGS).encode() + platform.machine().encode()).hexdigest()[:16]
    made = cache / f"probe-{name}"
    if made.is_file():
        return made.read_bytes()
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f"probe-{name}.{os.getpid()}"
    _compile(source, partial)
    partial.replace(made)
    return made.read_bytes()


def _compile(source: bytes, target: Path) -> None:
    complaints = []
    for compiler in COMPILERS:  # one may lack the static library, or the kernel's headers
        argv = (compiler, *FLAGS, "-x", "c", "-", "-o", str(target))
        result = process.run(argv, stdin=source, timeout=COMPILE_SECONDS)
        if result.ok:
            return
        if result.rc != 127:  # noqa: PLR2004 - no such program
            complaints.append(f"{compiler} does not compile the probe: {result.complaint}")
    if complaints:
        raise FailedError(complaints[0])
    raise HardenError("the drill needs a C compiler, here and not on the nodes", "sudo apt-get install gcc libc6-dev")
