"""Hardware virtualisation, where it is there and works."""

import os
import tempfile
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import HardenError
from hardening.hosts import process

from .pace import patience
from .paths import base_cache_directory
from .reporting import Reporter
from .requirements import program

_DEVICE = Path("/dev/kvm")
_VERDICT = "kvm.json"


class Choice(StrEnum):
    """What a user may ask for."""

    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"


class Verdict(Struct, frozen=True):
    """Whether KVM ran Debian's kernel, with `reason` if not, on the machine as it was booted under `boot_id`."""

    boot_id: str
    works: bool
    reason: str = ""


def accelerator(choice: Choice, kernel: Path, report: Reporter) -> str:
    """`kvm` or `tcg`.

    Args:
        choice: `auto` takes KVM where it works.
        kernel: the guests' kernel, to try it with.
        report: told when KVM is there and does not work.

    Raises:
        HardenError: KVM was asked for by name and does not work.
    """
    if choice is Choice.TCG:
        return "tcg"
    verdict = _verdict(kernel, report)
    if verdict.works:
        return "kvm"
    if choice is Choice.KVM:
        raise HardenError(f"KVM does not work here: {verdict.reason}", "use --accel tcg")
    return "tcg"


def _verdict(kernel: Path, report: Reporter) -> Verdict:
    """The remembered verdict, or a new one: trying a KVM that hangs takes its whole time limit."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return Verdict(boot_id, works=False, reason=f"{_DEVICE} is not there or not open to this user")
    remembered = base_cache_directory() / _VERDICT
    try:
        verdict = msgspec.json.decode(remembered.read_bytes(), type=Verdict)
    except (OSError, msgspec.DecodeError):
        verdict = None
    if verdict is None or verdict.boot_id != boot_id:
        verdict = _try(boot_id, kernel)
        remembered.write_bytes(msgspec.json.encode(verdict))
        report("KVM works here" if verdict.works else f"KVM does not work here ({verdict.reason}): emulating")
    return verdict


def _try(boot_id: str, kernel: Path) -> Verdict:
    """Boot the kernel without a disk: it must say hello, panic for want of a root, and end the machine."""
    limit = patience(10)
    with tempfile.TemporaryDirectory(prefix="harden-kvm-") as folder:
        console = Path(folder) / "console.log"
        argv = (
            "setpriv", "--pdeathsig", "KILL",
            program("qemu-system-x86_64"), "-nodefaults", "-no-user-config", "-no-reboot", "-machine", "pc",
            "-accel", "kvm", "-cpu", "max", "-m", "256", "-display", "none", "-serial", f"file:{console}",
            "-kernel", str(kernel), "-append", "console=ttyS0 panic=-1",
        )  # fmt: skip
        done = process.run(argv, timeout=limit)
        said_hello = console.exists() and "Linux version" in console.read_text(errors="replace")
    if done.rc == process.TIMED_OUT:
        return Verdict(boot_id, works=False, reason=f"Debian's kernel hung for {limit:.0f} s")
    if not done.ok or not said_hello:
        return Verdict(boot_id, works=False, reason=done.complaint if not done.ok else "the kernel printed nothing")
    return Verdict(boot_id, works=True)
