"""The stack's own NGINX configuration, run as the image runs it."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .peers import NameServer

STACK = Path(__file__).parents[3] / "stack"
NGINX_USER = 101


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
            self.process = subprocess.Popen(
                self._argv(), stdout=out, stderr=err, user=NGINX_USER, group=NGINX_USER, extra_groups=[]
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
