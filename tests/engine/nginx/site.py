"""The stack's own NGINX configuration, run as the image runs it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardening.certificates import Wanted, issue
from hardening.facts import nginx
from hardening.node.configured import configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .peers import NameServer

STACK = Path(__file__).parents[3] / "stack"
NGINX_USER = 101
NAMES = ("localhost", "127.0.0.1", "nodepop.example.org")
"""What the site's certificate is for."""


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
    """NGINX with the stack's configuration; only ports, folders and the name server's address are replaced.

    `port` speaks TLS, and `plain_port` redirects to it; with `main="plain.conf"` all of the site is there.

    Args:
        hostname: of the container, by which it knows the API on its own machine.
        address: to listen on.
        enter: words before its command line, which take it to where that address is.
    """

    def __init__(  # noqa: PLR0913 - what the image, the stack and a test each say of it
        self,
        folder: Path,
        names: NameServer,
        api_port: int,
        main: str = "nginx.conf",
        *,
        hostname: str = "somewhere",
        address: str = "127.0.0.1",
        enter: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.main = main
        self.address = address
        self.floods = 0
        self.port, self.plain_port = free_port(), free_port()
        self.html = folder / "html"
        self.authority, issued = issue("site", {"site": Wanted(NAMES)})
        (folder / "site.pem").write_text(issued["site"].key + issued["site"].certificate)
        self._install(names, api_port)
        with self.access_log.open("wb") as out, self.error_log.open("wb") as err:
            for log in (self.access_log, self.error_log):
                os.chown(log, NGINX_USER, NGINX_USER)
            become = 'echo "$0" >/proc/sys/kernel/hostname && exec setpriv --reuid 101 --regid 101 --clear-groups "$@"'
            self.process = subprocess.Popen(
                [*enter, "unshare", "--uts", "sh", "-c", become, hostname, *self._argv()], stdout=out, stderr=err
            )
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
        for main in ("nginx.conf", "plain.conf"):
            shutil.copy(STACK / "nginx" / main, conf)
        shutil.copytree(STACK / "nginx" / "html", self.html)
        shutil.copytree(STACK / "docs" / "dist", self.html / "docs")
        temporary = self.folder / "tmp"
        temporary.mkdir()
        for shared in ("process", "http"):
            replace(conf / f"site/{shared}.conf", " /tmp/", f" {temporary}/")
        replace(conf / "servers/https.conf", "listen 8443", f"listen {self.address}:{self.port}")
        for plain in ("redirect", "plain"):
            replace(conf / f"servers/{plain}.conf", "listen 8080", f"listen {self.address}:{self.plain_port}")
        replace(conf / "site/tls.conf", "/run/secrets/", f"{self.folder}/")
        if ssl.OPENSSL_VERSION_INFO < (3, 5):  # Debian 12, whose NGINX links the same library as its Python
            replace(conf / "site/tls-groups.conf", "X25519MLKEM768:X25519", "X25519")
        replace(conf / "site/resolver.conf", "127.0.0.11", f"{names.address}:{names.port}")
        replace(conf / "site/api.conf", ":3000", f":{api_port}")
        replace(conf / "site/static.conf", "/usr/share/nginx/html", str(self.html))
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, NGINX_USER, NGINX_USER)

    def _argv(self) -> list[str]:
        return ["nginx", "-e", "stderr", "-c", str(self.folder / "conf" / self.main), "-g", "daemon off;"]

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.error_log.read_text()
        try:
            return self.ask("GET", "/healthz", over="http").status == 200
        except OSError:
            return False

    def dump(self) -> str:
        """What `nginx -T` prints."""
        argv = [*self._argv()[:-2], "-T"]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20).stdout

    @property
    def configuration(self) -> str:
        """What a node tells of the configuration."""
        asked: Any = nginx.LOOK["configuration"]
        return json.dumps(configuration(str(self.folder / "conf" / self.main), asked["include"], asked["comment"]))

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client has that was given the authority."""
        return ssl.create_default_context(cadata=self.authority)

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        over: str = "",
    ) -> Reply:
        """One request on a connection of its own: over TLS, where the site is served so, unless told otherwise."""
        connection: http.client.HTTPConnection
        if (over or ("http" if self.main == "plain.conf" else "https")) == "http":
            connection = http.client.HTTPConnection(self.address, self.plain_port, timeout=30)
        else:
            connection = http.client.HTTPSConnection(self.address, self.port, timeout=30, context=self.trust)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def raw(self, text: bytes, limit: float = 15, client: str = "") -> bytes:
        """Send bytes, from a client's own address if one is given; return what comes until the other side closes."""
        with self.handshake(limit=limit, client=client) as connection:
            connection.sendall(text)
            received = bytearray()
            while chunk := connection.recv(65536):
                received += chunk
            return bytes(received)

    def flood(self, target: str, count: int) -> list[bytes]:
        """The answers to that many POSTs, each from its status on.

        All are sent at once on one connection, which a busy machine slows down least, and from an address
        of which no limit has seen a request yet.
        """
        self.floods += 1
        request = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n".encode()
        requests = (request + b"\r\n{}") * (count - 1) + request + b"Connection: close\r\n\r\n{}"
        received = self.raw(requests, client=f"127.0.1.{self.floods}")
        return received.split(b"HTTP/1.1 ")[1:]

    def handshake(
        self,
        name: str | None = "127.0.0.1",
        context: ssl.SSLContext | None = None,
        limit: float = 15,
        client: str = "",
    ) -> ssl.SSLSocket:
        """A TLS connection that asks for a name; an address asks for none."""
        raw = socket.create_connection((self.address, self.port), limit, (client, 0) if client else None)
        try:
            return (context or self.trust).wrap_socket(raw, server_hostname=name)
        except OSError:
            raw.close()
            raise

    def entries(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} has no `{old}` any more"
    path.write_text(text.replace(old, new))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(question: Callable[[], object], limit: float) -> None:
    """Ask until the answer is true, or fail."""
    end = time.monotonic() + limit
    while not question():
        assert time.monotonic() < end, f"still not so after {limit} s"
        time.sleep(0.05)


def is_request_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None
