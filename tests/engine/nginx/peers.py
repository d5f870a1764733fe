"""What NGINX talks to: a name server and an API of the test's own."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class NameServer:
    """Answers A queries for the names it is given, NXDOMAIN for others, as the engine's DNS does."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.addresses: dict[str, list[str]] = {}
        self.address = address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._socket.recvfrom(512)
            except OSError:
                return
            if not query:
                return  # what a shut down socket still gives
            self._socket.sendto(self._answer(query), sender)

    def _answer(self, query: bytes) -> bytes:
        labels, position = [], 12
        while query[position]:
            labels.append(query[position + 1 : position + 1 + query[position]].decode())
            position += 1 + query[position]
        question = query[12 : position + 5]
        found = self.addresses.get(".".join(labels), [])
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4) + socket.inet_aton(address) for address in found
        )
        flags = 0x8180 if found else 0x8183
        return query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + records

    def close(self) -> None:
        # a datagram socket's blocked recvfrom only returns when it is shut down
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@dataclass
class Seen:
    """A request as the API got it."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class Upstream:
    """An API that tells what it was asked, may drop its next requests unanswered, and may be held."""

    address: str
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    drops: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self._server = _Server((self.address, self.port), _handler_of(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler_of(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body_size = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(body_size)
            upstream.seen.append(Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            if upstream.drops > 0:
                upstream.drops -= 1
                self.close_connection = True
                return
            upstream.gate.wait(20)
            body = json.dumps({"ok": True, "from": upstream.address}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Powered-By", "Express")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = _reply  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: object) -> None:
            """Not on the test's terminal."""

    return Handler
