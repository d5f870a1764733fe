"""This machine as a host whose engine is the test's own."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hardening.hosts.local import LocalHost
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.result import Result

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
    def forward(self, remote_socket: str) -> Generator[Path]:
        yield self._dockerd.socket if remote_socket == "/run/docker.sock" else Path(remote_socket)
