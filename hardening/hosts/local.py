"""The machine this program runs on."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import HostError
from hardening.model.inventory import Node
from hardening.model.result import Result

from . import process, program


class LocalHost:
    """Runs programs here, as root: directly, or through `sudo -n`."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._prefix: tuple[str, ...] = () if os.geteuid() == 0 else ("sudo", "-n", "--")

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        """See Host.run."""
        result = process.run((*self._prefix, *argv), stdin=stdin, timeout=timeout)
        if result.rc == process.TIMED_OUT:
            raise HostError(self.node.name, f"{argv[0]} gave {result.complaint}")
        return Result(argv, result.rc, result.stdout, result.stderr)

    def ask(self, program_name: str, request: object, *, timeout: float = 120) -> bytes:
        """See Host.ask."""
        result = self.run(program.ARGV, stdin=program.package(program_name, request), timeout=timeout)
        if not result.ok:
            raise HostError(self.node.name, f"{program_name} failed: {result.complaint}")
        return result.stdout

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        """See Host.forward: the socket is here already."""
        yield Path(remote_socket)
