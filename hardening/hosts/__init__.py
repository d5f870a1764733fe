"""The only door to the outside: machines, the engine's SDK, the database driver."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from hardening.model.inventory import Inventory, Node
from hardening.model.result import Result

__all__ = ["Host", "connect"]


class Host(Protocol):
    """One machine. Every method raises HostError when the machine cannot be reached or does not answer in time.

    Attributes:
        node: its entry in the inventory.
        is_root: who logs in is root. Otherwise programs run through sudo, and forwards are the login's own.
    """

    node: Node
    is_root: bool

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

    def serve(self, program: str, request: object, *, timeout: float = 60) -> AbstractContextManager[bytes]:
        """Run one of `node/`'s programs that stays until the context closes, and give the first line it printed.

        Its standard input ends with the context, or with the connection: that is how it knows that it is over.
        `timeout` is the time until the first line, in seconds.
        """
        ...

    def forward(self, remote_socket: str) -> AbstractContextManager[Path]:
        """A local Unix socket, mode 0600 in a private folder, that leads to one on the machine.

        `remote_socket` is an absolute path, or `host:port` as the login on the machine would connect to it.
        """
        ...


def connect(inventory: Inventory) -> AbstractContextManager[dict[str, Host]]:
    """Hosts of an inventory by node name, lazily connected; connections close with the context."""
    from .connections import Connections  # noqa: PLC0415 - processes and sockets only where hosts are used

    return Connections(inventory)
