"""The machine this program runs on."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import HostError
from hardening.model.inventory import Node
from hardening.model.result import Result

from . import forwarding, process, program


class LocalHost:
    """Runs programs here, as root: directly, or through `sudo -n`."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.is_root = os.geteuid() == 0
        self._sudo: tuple[str, ...] = () if self.is_root else ("sudo", "-n", "--")

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        """See Host.run."""
        # Only root can end what sudo started, so the time limit is kept on that side, too.
        prefix = (*self._sudo, "timeout", "--signal=KILL", f"{timeout + 1:g}") if self._sudo else ()
        result = process.run((*prefix, *argv), stdin=stdin, timeout=timeout)
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
    def serve(self, program_name: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        """See Host.serve."""
        argv = (*self._sudo, *program.ARGV)
        with process.serve(argv, stdin=program.package(program_name, request), timeout=timeout) as result:
            if not result.ok:
                raise HostError(self.node.name, f"{program_name} failed: {result.complaint}")
            yield result.stdout

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        """See Host.forward: a Unix socket is here already, a TCP port gets one."""
        if remote_socket.startswith("/"):
            yield Path(remote_socket)
            return
        with forwarding.to_port(remote_socket) as local:
            yield local
