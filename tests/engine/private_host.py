"""This machine as a host whose engine is the test's own."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hardening.hosts import process, program
from hardening.hosts.local import LocalHost
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.result import Result
from hardening.model.stack import STACK_LABEL

Dockerd = Any  # conftest.Engine, which a module cannot import by name
NODE = Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
INVENTORY = Inventory((NODE,), "test")


class PrivateHost(LocalHost):
    """This machine, but with the test's own engine in place of the machine's."""

    def __init__(self, dockerd: Dockerd, node: Node = NODE) -> None:
        super().__init__(node)
        self._dockerd = dockerd

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        if argv[0] == "docker":
            argv = ("docker", "--host", f"unix://{self._dockerd.socket}", *argv[1:])
        return super().run(argv, stdin=stdin, timeout=timeout)

    @contextmanager
    def serve(self, program_name: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        """Deploys of other engines' tests go on beside: the lock is of this engine's own machine."""
        if program_name != "lock":
            with super().serve(program_name, request, timeout=timeout) as line:
                yield line
            return
        folder = self._dockerd.folder / "lock"
        folder.mkdir(exist_ok=True)
        own = ("unshare", "--mount", "sh", "-ec", 'mkdir -p /run/harden; mount --bind "$0" /run/harden; exec "$@"')
        sent = program.package(program_name, request)
        with process.serve((*own, str(folder), *program.ARGV), stdin=sent, timeout=timeout) as result:
            assert result.ok, result.complaint
            yield result.stdout

    def remove_stack(self, name: str, limit: float = 120) -> None:
        """Until its containers, services and networks are away.

        The command ends before, and gives up on a network that a task still holds: it is given again.
        """
        label = f"label={STACK_LABEL}={name}"
        end = time.monotonic() + limit
        while True:
            said = self.run(("docker", "stack", "rm", name)).complaint
            left = self.run(("docker", "ps", "-aq", "--filter", label)).text.split()
            for kind in ("service", "network"):
                left += self.run(("docker", kind, "ls", "-q", "--filter", label)).text.split()
            if not left:
                return
            if time.monotonic() > end:
                pytest.fail(f"stack {name}: not removed after {limit:.0f} s: {left} {said}")
            time.sleep(0.5)

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        yield self._dockerd.socket if remote_socket == "/run/docker.sock" else Path(remote_socket)
