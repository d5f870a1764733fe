"""The segment between the guests: an Ethernet switch in user space. The host has no port on it."""

import signal
from pathlib import Path

from hardening.errors import FailedError
from hardening.hosts import process

from . import processes
from .pace import patience
from .requirements import program


class Switch:
    """A `vde_switch` whose sockets lie in `runtime`."""

    def __init__(self, runtime: Path) -> None:
        self.socket = runtime / "switch"
        self.pid_file = runtime / "switch.pid"

    @property
    def pid(self) -> int | None:
        """Its process while it runs."""
        return processes.running(self.pid_file)

    def start(self) -> None:
        """Start it unless it runs."""
        if self.pid is not None:
            return
        argv = (program("vde_switch"), "-s", str(self.socket), "-m", "600", "-d", "-p", str(self.pid_file))
        done = process.run(argv, timeout=patience(20))
        if not done.ok:
            raise FailedError(f"could not start the lab's network: {done.complaint}")

    def stop(self) -> None:
        """Stop it if it runs. SIGTERM lets it remove its sockets."""
        processes.stop(self.pid_file, signal.SIGTERM)
