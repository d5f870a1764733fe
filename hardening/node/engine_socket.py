"""The engine's API over its Unix socket: one kept connection. Part of node programs."""

from __future__ import annotations

import http.client
import json
import select
import socket
import time
from collections.abc import Iterator

from hardening.node.fact import NotReadable

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

NEWEST_API = (1, 51)
"""Newest API version whose documents were seen; a newer engine is asked in this one, if it still speaks it."""
SECONDS = 30
_DOCUMENT_LIMIT = 64 << 20
_PIECE = 1 << 16
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
        self._connection = _Connection(path, seconds)
        self._version: dict[str, Any] = {}
        self._prefix = ""
        # Not from `/version`, for which the engine starts its runtime and more.
        offered = self._ask("/_ping")[0].getheader("api-version", "")
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
        return json.loads(self._ask(path)[1].decode("utf-8", "replace"))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        try:
            self._connection.close_if_ended()
            self._connection.request("GET", self._prefix + path)
            answer = self._connection.answer()
            return answer, self._connection.text(answer, path)
        except EngineError:
            raise
        except socket.timeout:
            self._connection.close()
            raise NotReadable(f"the engine said nothing for {self._connection.seconds:g} s") from None
        except BaseException:
            self._connection.close()  # the next question opens it anew instead of meeting this one's answer
            raise


def stream(path: str, api_version: str, question: str) -> Iterator[bytes]:
    """Lines of an answer that goes on until the connection ends; the question is asked before this returns."""
    connection = _Connection(path, SECONDS)
    connection.request("GET", f"/v{api_version}{question}")
    # The engine sends the head of such an answer with its first line only: no time limit is right for that.
    connection.sock.settimeout(None)
    return _lines(connection)


def _lines(connection: _Connection) -> Iterator[bytes]:
    kept = b""
    answer = connection.answer()
    for piece in connection.pieces(answer):
        *lines, kept = (kept + piece).split(b"\n")
        yield from lines


class _Connection(http.client.HTTPConnection):
    """To the engine; opened by the first question, and by the next after it was closed."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("engine", timeout=seconds)
        self._path = path
        self.seconds = seconds

    def connect(self) -> None:
        """Open it.

        Raises:
            NotReadable: nobody listens.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.seconds)
        try:
            self.sock.connect(self._path)
        except OSError as error:
            self.close()
            raise NotReadable(f"the engine does not answer on {self._path}: {error.strerror or error}") from None

    def close_if_ended(self) -> None:
        """Some engines end a connection on which nothing was asked for five minutes: between answers, no other news."""
        if self.sock and select.select([self.sock], [], [], 0)[0]:
            self.close()

    def answer(self) -> http.client.HTTPResponse:
        """The head of the answer that comes next.

        Raises:
            EngineError: the engine refused, by its own words in the body.
            NotReadable: this is no answer.
        """
        try:
            answer = self.getresponse()
        except http.client.HTTPException as error:
            raise _no_answer(error) from None
        if answer.status not in _OK:
            raise EngineError(answer.status, _message(self.text(answer, "a question")))
        return answer

    def text(self, answer: http.client.HTTPResponse, path: str) -> bytes:
        """An answer's whole body; each piece may come in time, and all of them never."""
        end = time.monotonic() + self.seconds
        text = bytearray()
        for piece in self.pieces(answer):
            text += piece
            if len(text) > _DOCUMENT_LIMIT:
                raise NotReadable(f"the engine's answer to {path} is longer than {_DOCUMENT_LIMIT >> 20} MiB")
            if time.monotonic() > end:
                raise NotReadable(f"the engine did not end its answer within {self.seconds:g} s")
        return bytes(text)

    def pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """An answer's body, as it comes."""
        try:
            while piece := answer.read1(_PIECE):
                yield piece
        except http.client.HTTPException as error:
            raise _no_answer(error) from None
        if answer.length:
            raise _no_answer(http.client.IncompleteRead(b"", answer.length))
        answer.close()


def _no_answer(error: http.client.HTTPException) -> NotReadable:
    if isinstance(error, (http.client.IncompleteRead, http.client.RemoteDisconnected)):
        return NotReadable("the engine ended the connection in the middle of its answer")
    return NotReadable("the engine's answer is no HTTP")


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
