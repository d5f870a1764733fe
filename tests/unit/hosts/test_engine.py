"""Questions to an engine, against a server that answers as one with too much to do."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import cast

import pytest

from hardening.errors import FailedError
from hardening.hosts import Host, engine
from hardening.model.inventory import LocalTransport, Node, NodeRole

BUSY = "rpc error: code = DeadlineExceeded desc = context deadline exceeded"


class Socket:
    """A way to an engine: root's, on the machine itself."""

    node = Node("node1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
    is_root = True

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def forward(self, _socket: str) -> Generator[Path]:
        yield self._path


class Answering(ThreadingMixIn, UnixStreamServer):
    """Says its version, and to every other question what is left of `answers`, then that there is nothing."""

    daemon_threads = True

    def __init__(self, path: str, answers: list[tuple[int, object]]) -> None:
        self.answers, self.asked = answers, 0
        super().__init__(path, Answers)


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = cast("Answering", self.server)
        status: int = 200
        answer: object = {"ApiVersion": "1.44", "MinAPIVersion": "1.24"}
        if not self.path.endswith("/version"):
            server.asked += 1
            status, answer = server.answers.pop(0) if server.answers else (200, [])
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(folder: Path, *answers: tuple[int, object]) -> Generator[tuple[Host, Answering]]:
    with Answering(str(folder / "docker.sock"), list(answers)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield cast("Host", Socket(folder / "docker.sock")), server
        finally:
            server.shutdown()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PAUSE_SECONDS", 0.0)


def test_asks_again_what_a_manager_had_no_time_for(tmp_path: Path) -> None:
    with answering(tmp_path, (500, {"message": BUSY}), (504, {"message": BUSY})) as (host, server):
        with engine.engine(host) as asked:
            assert asked.every_service() == ()
        assert server.asked == 3


def test_a_manager_that_never_has_time_is_told(tmp_path: Path) -> None:
    with answering(tmp_path, *[(500, {"message": BUSY})] * 99) as (host, server):
        with pytest.raises(FailedError, match="node1: the engine refused: rpc error"), engine.engine(host) as asked:
            asked.every_service()
        assert server.asked == engine.QUESTIONS


def test_other_refusals_are_not_asked_about_again(tmp_path: Path) -> None:
    with answering(tmp_path, (500, {"message": "rpc error: code = Internal"})) as (host, server):
        with pytest.raises(FailedError, match="code = Internal"), engine.engine(host) as asked:
            asked.every_service()
        assert server.asked == 1
