"""The segment between the guests: an Ethernet hub in user space. The host has no port on it.

It is a QEMU without a machine, which joins connections of the guests' own QEMUs. Those are streams, of which an
emulator takes many packets in each turn of its loop: two emulated guests pass 38 MB/s over it, and 2.6 over vde2's
switch, of which it takes one.
"""

import signal
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process
from hardening.hosts.dialogue import DialogueError, Monitor

from . import processes
from .pace import patience
from .qemu import hub
from .records import MOST_NODES


class Switch:
    """Its process, and its sockets in `runtime`: one for each node that a lab may have."""

    def __init__(self, runtime: Path) -> None:
        self._sockets = {number: runtime / f"wire{number}" for number in range(1, MOST_NODES + 1)}
        self.pid_file = runtime / "switch.pid"
        self._monitor = runtime / "switch.monitor"

    def socket(self, number: int) -> Path:
        """Where the node of that number is connected."""
        return self._sockets[number]

    @property
    def pid(self) -> int | None:
        """Its process while it runs."""
        return processes.running(self.pid_file)

    def start(self) -> None:
        """Start it unless it runs."""
        if self.pid is not None:
            return
        done = process.run(hub(self._sockets.values(), self.pid_file, self._monitor), timeout=patience(20))
        if not done.ok:
            raise FailedError(f"could not start the lab's network: {done.complaint}")

    def plug(self, number: int, *, up: bool) -> None:
        """Let what the others send go to a node's cable, or nowhere.

        A node that is stopped reads nothing, and QEMU 7.2 waits for whoever does not read: one frozen node would take
        the network from all others.
        """
        if up and not self._monitor.exists():  # a network of an earlier version: nothing was ever unplugged
            return
        port = list(self._sockets).index(number)
        try:
            with Monitor(self._monitor, timeout=patience(30)) as monitor:
                monitor.command("set_link", name=f"port{port}", up=up)
        except DialogueError as error:
            raise FailedError(
                f"the lab's network does not answer: {error}", "harden lab down, then harden lab up"
            ) from None

    def stop(self) -> None:
        """Stop it if it runs. SIGTERM lets it remove its sockets."""
        processes.stop(self.pid_file, signal.SIGTERM)
