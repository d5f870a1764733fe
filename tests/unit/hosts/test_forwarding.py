"""A Unix socket that leads to a TCP port."""

import socket
import socketserver
import stat
import threading
from collections.abc import Iterator

import pytest

from hardening.hosts.forwarding import to_port
from hardening.hosts.local import LocalHost
from hardening.model.inventory import LocalTransport, Node, NodeRole


class Shouting(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(self.rfile.read().upper())


@pytest.fixture
def address() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Shouting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def ask(path: str, content: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(path)
        client.sendall(content)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while block := client.recv(1 << 16):
            answer += block
        return answer


def test_both_directions_arrive_whole(address: str) -> None:
    content = b"a" * 3_000_000
    with to_port(address) as path:
        assert ask(str(path), content) == content.upper()
        assert ask(str(path), b"again") == b"AGAIN"


def test_only_the_user_may_connect_and_nothing_stays(address: str) -> None:
    with to_port(address) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


def test_a_port_nobody_listens_on_ends_the_connection() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with to_port(f"127.0.0.1:{free.getsockname()[1]}") as path, socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(path))
            assert client.recv(1) == b""


def test_this_machine_forwards_sockets_as_they_are_and_ports_through_one(address: str) -> None:
    host = LocalHost(Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport()))
    with host.forward("/run/docker.sock") as path:
        assert str(path) == "/run/docker.sock"
    with host.forward(address) as path:
        assert ask(str(path), b"port") == b"PORT"
