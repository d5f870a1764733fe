"""A Unix socket that leads to a TCP port, as `ssh -L` makes one to another machine."""

import socket
import socketserver
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_CONNECT_SECONDS = 30
_BLOCK = 1 << 16


@contextmanager
def to_port(address: str) -> Generator[Path]:
    """Lead connections to a new Unix socket, in a private folder, on to `host:port`."""
    host, _, port = address.rpartition(":")
    target = (host.strip("[]"), int(port))

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection(target, _CONNECT_SECONDS) as far:
                far.settimeout(None)
                backward = threading.Thread(target=_pass_on, args=(far, self.request), daemon=True)
                backward.start()
                _pass_on(self.request, far)
                backward.join()

    with tempfile.TemporaryDirectory(prefix="harden-") as folder:
        path = Path(folder) / "socket"
        with _Server(str(path), Relay) as server:
            path.chmod(0o600)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield path
            finally:
                server.shutdown()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Copy one direction to its end. A side that breaks ends it, and the other side learns by its own end."""
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            sink.sendall(block)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
