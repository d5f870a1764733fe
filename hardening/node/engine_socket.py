"""The engine's API over its Unix socket: one kept connection. Part of node programs.

HTTP is spoken by hand, and only as much of it as an engine speaks: the standard library's client takes longer to load
than everything else here takes to run.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

from hardening.node.fact import NotReadable

NEWEST_API = (1, 51)
"""Newest API version whose documents were seen; a newer engine is asked in this one, if it still speaks it."""
SECONDS = 30
_DOCUMENT_LIMIT = 64 << 20
_LINE_LIMIT = 1 << 16
_CHUNK = 1 << 16
_OK = range(200, 300)
NOT_FOUND = 404


class EngineError(NotReadable):
    """The engine refused a request, and said why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the engine answered {status}: {message}")
        self.status = status


class EngineSocket:
    """Asks an engine, in the newest version of its API that both sides know."""

    def __init__(self, path: str, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._connection = _Connection(path, seconds)
        self._version: dict[str, Any] = {}
        self._prefix = ""
        # Not from `/version`, for which the engine starts its runtime and more.
        offered = self._ask("/_ping").headers.get("api-version", "")
        if not offered:
            raise NotReadable(f"what answers on {path} is no engine: it tells no version of its API")
        self.api_version = offered if _numbers(offered) <= NEWEST_API else _common_version(self.version)
        self._prefix = f"/v{self.api_version}"

    @property
    def version(self) -> dict[str, Any]:
        """The engine's account of its version and those of its parts, asked for when it is needed."""
        if not self._version:
            self._version = dict(self.get("/version"))
        return self._version

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the engine answers
        """A document.

        Raises:
            EngineError: the engine refused.
            NotReadable: the engine does not answer.
        """
        answer = self._ask(path)
        return json.loads(answer.text.decode("utf-8", "replace"))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self, path: str) -> _Answer:
        try:
            answer = self._connection.ask(self._prefix + path)
            answer.read(path, self._seconds)
        except BaseException:
            self._connection.close()  # the next question opens it anew instead of meeting this one's answer
            raise
        if answer.is_last:
            self._connection.close()
        if answer.status not in _OK:
            raise EngineError(answer.status, _message(answer.text))
        return answer


def stream(path: str, api_version: str, question: str) -> Iterator[bytes]:
    """Lines of an answer that goes on until the connection ends; the question is asked before this returns."""
    connection = _Connection(path, SECONDS)
    # The engine sends the head of such an answer with its first line only: no time limit is right for that.
    connection.send(f"/v{api_version}{question}").settimeout(None)
    return _lines(connection)


def _lines(connection: _Connection) -> Iterator[bytes]:
    answer = connection.answer()
    if answer.status not in _OK:
        raise EngineError(answer.status, _message(b"".join(answer.pieces())))
    kept = b""
    for piece in answer.pieces():
        *lines, kept = (kept + piece).split(b"\n")
        yield from lines


class _Connection:
    """A connection, opened by the first question and after it was closed by the next."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._socket: socket.socket | None = None
        self._file: Any = None

    def ask(self, target: str) -> _Answer:
        self.send(target)
        return self.answer()

    def send(self, target: str) -> socket.socket:
        """Put a question; what `answer` then reads comes over the socket that is returned."""
        opened = self._socket or self._open()
        opened.sendall(f"GET {target} HTTP/1.1\r\nHost: engine\r\n\r\n".encode())
        return opened

    def answer(self) -> _Answer:
        return _Answer(self._file)

    def close(self) -> None:
        if self._socket is not None:
            self._file.close()
            self._socket.close()
        self._socket = self._file = None

    def _open(self) -> socket.socket:
        fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        fresh.settimeout(self._seconds)
        try:
            fresh.connect(self._path)
        except OSError as error:
            fresh.close()
            raise NotReadable(f"the engine does not answer on {self._path}: {error.strerror or error}") from None
        self._socket, self._file = fresh, fresh.makefile("rb")
        return fresh


class _Answer:
    """An answer's status and headers, and its body as it comes (RFC 9112)."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - a socket's file
        self._file = file
        self.text = b""
        words = self._line().split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():  # noqa: PLR2004 - version, status
            raise NotReadable("the engine's answer is no HTTP")
        self.status = int(words[1])
        self.headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            self.headers[name.strip().lower()] = value.strip()
        self._is_chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.is_last = not self._is_chunked and "content-length" not in self.headers
        self.is_last |= self.headers.get("connection", "").lower() == "close"

    def read(self, path: str, seconds: float) -> None:
        """Take the whole body; each piece may come in time, and all of them never."""
        end = time.monotonic() + seconds
        text = bytearray()
        for piece in self.pieces():
            text += piece
            if len(text) > _DOCUMENT_LIMIT:
                raise NotReadable(f"the engine's answer to {path} is longer than {_DOCUMENT_LIMIT >> 20} MiB")
            if time.monotonic() > end:
                raise NotReadable(f"the engine did not end its answer within {seconds:g} s")
        self.text = bytes(text)

    def pieces(self) -> Iterator[bytes]:
        """The body, as it comes."""
        if self._is_chunked:
            while size := _number(self._line().partition(b";")[0], 16):
                yield from self._exactly(size)
                self._line()
            while self._line():
                pass  # what follows the last chunk
        elif "content-length" in self.headers:
            yield from self._exactly(_number(self.headers["content-length"].encode(), 10))
        else:
            while piece := self._file.read1(_CHUNK):
                yield piece

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._file.read1(min(size, _CHUNK))
            if not piece:
                raise NotReadable("the engine ended the connection in the middle of its answer")
            size -= len(piece)
            yield piece

    def _line(self) -> bytes:
        line = bytes(self._file.readline(_LINE_LIMIT))
        if not line.endswith(b"\n"):
            raise NotReadable("the engine ended the connection in the middle of its answer")
        return line.rstrip(b"\r\n")


def _number(word: bytes, base: int) -> int:
    try:
        return int(word, base)
    except ValueError:
        raise NotReadable("the engine's answer is no HTTP") from None


def _common_version(version: dict[str, Any]) -> str:
    """The version to speak with an engine whose own is too new."""
    oldest = str(version.get("MinAPIVersion") or "0.0")
    return oldest if _numbers(oldest) > NEWEST_API else "{}.{}".format(*NEWEST_API)


def _numbers(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise NotReadable(f"the engine tells an API version that is none: {version[:40]}") from None


def _message(text: bytes) -> str:
    """The engine's own words in an error answer."""
    try:
        return str(json.loads(text.decode("utf-8", "replace"))["message"])[:300]
    except (ValueError, KeyError, TypeError):
        return text.decode("utf-8", "replace").strip()[:300]
