"""The stack's own NGINX configuration, run as the image runs it, with a name server and an API of the test's own."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK = Path(__file__).parents[2] / "stack"
NGINX_USER = 101


class NameServer:
    """Answers A queries for the names it is given, NXDOMAIN for others, as the engine's DNS does."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
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

        do_GET = do_HEAD = do_POST = _reply

        def log_message(self, *_: object) -> None:
            """Not on the test's terminal."""

    return Handler


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        decoded = json.loads(self.body)
        assert isinstance(decoded, dict)
        return decoded


class Site:
    """NGINX with the stack's configuration; only ports, folders and the name server's address are replaced."""

    def __init__(self, folder: Path, names: NameServer, api_port: int) -> None:
        self.folder = folder
        self.port = free_port()
        self.html = folder / "html"
        self._install(names, api_port)
        with self.access_log.open("wb") as out, self.error_log.open("wb") as err:
            for log in (self.access_log, self.error_log):
                os.chown(log, NGINX_USER, NGINX_USER)
            self.process = subprocess.Popen(self._argv(), stdout=out, stderr=err, **_unprivileged())
        wait_until(self._answers, 10)

    @property
    def access_log(self) -> Path:
        return self.folder / "access.log"

    @property
    def error_log(self) -> Path:
        return self.folder / "error.log"

    def _install(self, names: NameServer, api_port: int) -> None:
        conf = self.folder / "conf"
        for part in ("site", "servers"):
            shutil.copytree(STACK / "nginx" / part, conf / part)
        shutil.copy(STACK / "nginx" / "nginx.conf", conf)
        shutil.copytree(STACK / "nginx" / "html", self.html)
        shutil.copytree(STACK / "docs" / "dist", self.html / "docs")
        temporary = self.folder / "tmp"
        temporary.mkdir()
        replace(conf / "nginx.conf", " /tmp/", f" {temporary}/")
        replace(conf / "servers/http.conf", "listen 8080", f"listen 127.0.0.1:{self.port}")
        replace(conf / "site/resolver.conf", "127.0.0.11", f"127.0.0.1:{names.port}")
        replace(conf / "site/proxy.conf", "http://api:3000", f"http://api:{api_port}")
        replace(conf / "site/static.conf", "/usr/share/nginx/html", str(self.html))
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, NGINX_USER, NGINX_USER)

    def _argv(self) -> list[str]:
        return ["nginx", "-e", "stderr", "-c", str(self.folder / "conf/nginx.conf"), "-g", "daemon off;"]

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.error_log.read_text()
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False

    def dump(self) -> str:
        """What `nginx -T` prints."""
        argv = [*self._argv()[:-2], "-T"]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20).stdout

    def ask(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def raw(self, text: bytes, limit: float = 15) -> bytes:
        """Send bytes and return everything that comes back until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit) as connection:
            connection.sendall(text)
            received = bytearray()
            while chunk := connection.recv(65536):
                received += chunk
            return bytes(received)

    def entries(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def _unprivileged() -> dict[str, object]:
    return {"user": NGINX_USER, "group": NGINX_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} has no `{old}` any more"
    path.write_text(text.replace(old, new))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(question: object, limit: float) -> None:
    """Ask until the answer is true, or fail."""
    assert callable(question)
    end = time.monotonic() + limit
    while not question():
        assert time.monotonic() < end, f"still not so after {limit} s"
        time.sleep(0.05)


def is_request_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None
