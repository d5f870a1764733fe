"""The only door to the outside: machines, the engine's SDK, the database driver."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from hardening.model.inventory import Inventory, Node
from hardening.model.result import Result

__all__ = ["Host", "connect"]


class Host(Protocol):
    """One machine. Every method raises HostError when the machine cannot be reached or does not answer in time."""

    node: Node

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        """Run a program as root, with `stdin` as its standard input; nothing passes through a shell unquoted.

        Args:
            argv: program and arguments. Never a secret: those go through `stdin`.
            stdin: sent whole, then closed.
            timeout: seconds.
        """
        ...

    def ask(self, program: str, request: object, *, timeout: float = 120) -> bytes:
        """Run one of `node/`'s programs (by module name, such as `collector`) and return its JSON answer.

        The program's source and the JSON-encoded request travel over standard input, so nothing is installed and
        nothing shows in a process list. A program that fails raises HostError with its last line of standard error.
        """
        ...

    def forward(self, remote_socket: str) -> AbstractContextManager[Path]:
        """A local Unix socket, mode 0600 in a private folder, that leads to one on the machine."""
        ...


def connect(inventory: Inventory) -> AbstractContextManager[dict[str, Host]]:
    """Hosts of an inventory by node name, lazily connected; connections close with the context."""
    from .connections import Connections  # noqa: PLC0415 - processes and sockets only where hosts are used

    return Connections(inventory)
