"""Hosts of an inventory: one kept connection each, closed together."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from hardening.model.inventory import Inventory, LocalTransport, Node, SshTransport

from . import Host
from .local import LocalHost
from .ssh import SshHost


class Connections:
    """Context manager over all hosts of an inventory, by node name. Connections open on first use."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._stack = ExitStack()

    def __enter__(self) -> dict[str, Host]:
        """Prepare a private folder for sockets."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="harden-")))
        return {node.name: self._host(node, folder) for node in self.inventory.nodes}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self._stack.close()

    def _host(self, node: Node, folder: Path) -> Host:
        match node.transport:
            case LocalTransport():
                return LocalHost(node)
            case SshTransport() as transport:
                host = SshHost(node, transport, folder)
                self._stack.callback(host.close)
                return host
