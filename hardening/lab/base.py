"""What every guest is cloned from: the disk image booted once, with everything loaded, and stopped at that moment."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process

from .agent import Agent
from .image import remove_leftovers
from .locking import command_line, exclusive
from .machine import Machine
from .pace import patience
from .paths import base_cache_directory, runtime_directory
from .qemu import Shape, Wiring, arguments
from .records import NETWORK
from .reporting import Reporter
from .requirements import program

_WIRING = Wiring("52:54:00:77:00:00")
_FILES = ("disk.img", "booted.qcow2", "memory", "vmlinuz", "initrd.img")


def base(made_from: Path, shape: Shape, report: Reporter) -> Path:
    """The cached folder with `booted.qcow2` (a disk), `memory` (its guest's), `vmlinuz` and `initrd.img`.

    Args:
        made_from: the disk image's folder.
        shape: of the guest.
        report: told when it has to be made.
    """
    folder = made_from / f"booted-{_hash(shape)}"
    if not folder.is_dir():
        with exclusive(base_cache_directory() / "lock", command_line(), wait=report):
            if not folder.is_dir():
                report("booting the guest that the others are cloned from")
                _boot(made_from, folder, shape)
    return folder


def link(folder: Path, target: Path) -> None:
    """Give a lab its own names for a cached folder's files, so that emptying the cache takes nothing from it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in _FILES:
        link_or_copy(folder / name, target / name)


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link, or a sparse copy where the two are on different file systems."""
    try:
        os.link(source, target)
    except OSError:
        done = process.run(("cp", "--sparse=always", str(source), str(target)), timeout=patience(300))
        if not done.ok:
            raise FailedError(f"could not copy {source.name}: {done.complaint}") from None


def overlay(backing: Path, target: Path) -> None:
    """A new disk that begins as `backing`, which must not change from then on. The two may move together."""
    target.unlink(missing_ok=True)
    form = "raw" if backing.suffix == ".img" else "qcow2"
    relative = os.path.relpath(backing, target.parent)
    argv = (program("qemu-img"), "create", "-q", "-f", "qcow2", "-F", form, "-b", relative, str(target))
    done = process.run(argv, timeout=patience(60))
    if not done.ok:
        raise FailedError(f"could not make {target}: {done.complaint}")


def _hash(shape: Shape) -> str:
    """What a saved memory depends on besides the disk: QEMU itself, its arguments, and what is done before saving."""
    version = process.run((program("qemu-system-x86_64"), "--version"), timeout=patience(20)).text
    place = Path("/base")
    machine = Machine("base", folder=place, boot=place, runtime=place, shape=shape)
    devices = arguments(machine.name, shape, machine.files, _WIRING)
    preparation = Path(__file__).with_name("guest").joinpath("identity.py").read_text("utf-8").partition("def adopt")[0]
    return hashlib.sha256("\0".join((version, NETWORK, preparation, *devices)).encode()).hexdigest()[:16]


def _boot(made_from: Path, folder: Path, shape: Shape) -> None:
    remove_leftovers(base_cache_directory())
    with tempfile.TemporaryDirectory(prefix=".making-", dir=base_cache_directory()) as name:
        work, made = Path(name), Path(name) / "base"
        made.mkdir()
        for file in ("disk.img", "vmlinuz", "initrd.img"):
            link_or_copy(made_from / file, made / file)
        with _sockets(work) as runtime:
            machine = Machine("base", folder=made, boot=made, runtime=runtime, shape=shape)
            overlay(made / "disk.img", machine.files.disk)
            with machine.tied(_WIRING):
                _warm_up(machine)
                machine.save()
        machine.files.disk.rename(made / "booted.qcow2")
        machine.files.console.unlink()
        made.rename(folder)


@contextmanager
def _sockets(work: Path) -> Generator[Path]:
    runtime = runtime_directory(work)
    try:
        yield runtime
    finally:
        shutil.rmtree(runtime)


def _warm_up(machine: Machine) -> None:
    """Boot, wait until everything runs, stop what must not be cloned, and freeze."""
    machine.go()
    agent = Agent(machine)
    agent.wait(patience(400))
    agent.run(("/usr/bin/systemctl", "is-system-running", "--wait"), timeout=patience(400))
    agent.identity({"task": "prepare"}, timeout=patience(120))
    machine.freeze()
