"""One virtual machine: a QEMU process, its disk, and where it is in its life."""

import os
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process
from hardening.hosts.dialogue import DialogueError, Monitor

from . import processes
from .pace import patience
from .qemu import CABLE, Files, Shape, Wiring, arguments

_UNLIMITED = 2**34
"""Bytes a second; QEMU's default spares a network that is not used here."""


class MemoryRefusedError(FailedError):
    """QEMU does not take a saved memory, such as one of another version of QEMU. The disk is untouched."""


class State(StrEnum):
    """Where a machine is in its life."""

    RUNNING = "running"
    FROZEN = "frozen"
    """The process exists, the guest does not advance."""
    SAVED = "saved"
    """Stopped by `lab down`, memory included."""
    OFF = "off"
    """Stopped without notice; starts again from its disk."""
    UNFINISHED = "unfinished"
    """A clone that was never given its identity; the next `lab up` begins it anew."""
    UNRESPONSIVE = "unresponsive"
    """The process exists and its monitor does not answer."""


class Machine:
    """A guest called `name`.

    Args:
        name: for messages and file names.
        folder: its disk (`disk.qcow2`), saved memory (`memory`) and console (`console.log`).
        boot: folder with `vmlinuz` and `initrd.img`.
        runtime: folder for its sockets and pid file.
        shape: memory and accelerator.
    """

    def __init__(self, name: str, *, folder: Path, boot: Path, runtime: Path, shape: Shape) -> None:
        self.name = name
        self.memory = folder / "memory"
        self.files = Files(
            disk=folder / "disk.qcow2",
            console=folder / "console.log",
            kernel=boot / "vmlinuz",
            initrd=boot / "initrd.img",
            pid_file=runtime / f"{name}.pid",
            agent=runtime / f"{name}.agent",
            monitor=runtime / f"{name}.monitor",
        )
        self._shape = shape

    @property
    def pid(self) -> int | None:
        """Its QEMU process while there is one."""
        return processes.running(self.files.pid_file)

    @property
    def state(self) -> State:
        """Asked of the kernel and of QEMU, now."""
        if self.pid is None:
            return State.SAVED if self.memory.exists() else State.OFF
        try:
            with self._monitor(timeout=patience(10)) as monitor:
                return State.RUNNING if _status(monitor) == "running" else State.FROZEN
        except DialogueError:
            return State.UNRESPONSIVE if self.pid is not None else State.OFF

    def start(self, wiring: Wiring, *, memory: Path | None = None, cut: bool = False) -> None:
        """Start QEMU, stopped at the first instruction or at the saved moment; `go` lets it run.

        Args:
            wiring: its networks.
            memory: a saved memory to begin from; None boots the disk.
            cut: begin with the cable pulled.

        Raises:
            FailedError: QEMU does not start.
            MemoryRefusedError: it does, and does not take the memory.
        """
        incoming = ("-incoming", "defer") if memory else ()
        done = process.run((*self._arguments(wiring), *incoming, "-daemonize"), timeout=patience(60))
        if not done.ok:
            raise FailedError(f"{self.name}: the machine did not start: {done.complaint}")
        try:
            with self._monitor(timeout=patience(60)) as monitor:
                if memory:
                    _receive_memory(monitor, memory)
                monitor.command("set_link", name=CABLE, up=not cut)
        except DialogueError as error:
            self.power_off()
            raise MemoryRefusedError(f"{self.name}: {error}") from error

    @contextmanager
    def tied(self, wiring: Wiring) -> Generator[None]:
        """A machine that ends with the context, and with this process however that ends; stopped like `start`'s."""
        argv = ("setpriv", "--pdeathsig", "KILL", *self._arguments(wiring))
        with ThreadPoolExecutor(max_workers=1) as pool:
            # the signal comes when the thread that started QEMU ends, so that thread waits for it
            qemu = pool.submit(process.run, argv, timeout=patience(1800))
            try:
                while self.state is not State.FROZEN:
                    if qemu.done():
                        raise FailedError(f"{self.name}: the machine did not start: {qemu.result().complaint}")
                    time.sleep(0.05)
                yield
            finally:
                self.power_off()

    def go(self) -> None:
        """Let the guest run, from its start or where it was frozen. A saved memory is spent by this."""
        self.memory.unlink(missing_ok=True)
        self._tell("cont")

    def freeze(self) -> None:
        """Stop the guest between two instructions."""
        self._tell("stop")

    def plug(self, *, up: bool) -> None:
        """Plug its cable to the cluster network in, or pull it."""
        self._tell("set_link", name=CABLE, up=up)

    def save(self) -> None:
        """Write the memory of the frozen guest beside its disk, whole or not at all, and end QEMU."""
        part = self.memory.with_name("memory.part")
        try:
            with self._monitor(timeout=patience(60)) as monitor, part.open("wb") as file:
                monitor.lend("memory", file.fileno())
                monitor.command("migrate-set-parameters", **{"max-bandwidth": _UNLIMITED})
                monitor.command("migrate", uri="fd:memory")
                _wait_migrated(monitor)
        except DialogueError as error:
            part.unlink(missing_ok=True)
            raise FailedError(f"{self.name}: could not save its memory: {error}") from error
        part.replace(self.memory)
        self._tell("quit")
        if not processes.wait_gone(self.files.pid_file, patience(30)):
            self.power_off()

    def power_off(self) -> bool:
        """Cut the power: no notice to the guest. Whether it was on."""
        was_on = processes.stop(self.files.pid_file)
        for path in (self.files.agent, self.files.monitor):
            path.unlink(missing_ok=True)
        return was_on

    def last_words(self) -> str:
        """The end of its console, for messages about a boot that failed."""
        try:
            lines = self.files.console.read_text(errors="replace").strip().splitlines()
        except OSError:
            return "its console is empty"
        return f"its console ends with: {lines[-1].strip()}" if lines else "its console is empty"

    def _arguments(self, wiring: Wiring) -> tuple[str, ...]:
        return arguments(self.name, self._shape, self.files, wiring)

    def _monitor(self, timeout: float) -> Monitor:
        return Monitor(self.files.monitor, timeout=timeout)

    def _tell(self, command: str, /, **arguments: object) -> None:
        try:
            with self._monitor(timeout=patience(30)) as monitor:
                monitor.command(command, **arguments)
        except DialogueError as error:
            raise FailedError(f"{self.name}: {error}", "is it running? see: harden lab status") from error


def _receive_memory(monitor: Monitor, memory: Path) -> None:
    descriptor = os.open(memory, os.O_RDONLY)
    try:
        monitor.lend("memory", descriptor)
        monitor.command("migrate-incoming", uri="fd:memory")
        _wait_migrated(monitor)
    finally:
        os.close(descriptor)


def _wait_migrated(monitor: Monitor) -> None:
    """QEMU reports a migration's end only when asked (its events would need a second listener)."""
    deadline = time.monotonic() + patience(120)
    while time.monotonic() < deadline:
        answer = monitor.command("query-migrate")
        status = answer.get("status") if isinstance(answer, dict) else None
        if status == "completed":
            return
        if status in {"failed", "cancelled"}:
            reason = answer.get("error-desc", status) if isinstance(answer, dict) else status
            raise DialogueError(f"the saved memory was not taken: {reason}")
        time.sleep(0.05)
    raise DialogueError("moving the memory took too long")


def _status(monitor: Monitor) -> str:
    answer = monitor.command("query-status")
    return str(answer.get("status")) if isinstance(answer, dict) else "unknown"
