"""The engine's API over its Unix socket: one kept connection. Part of node programs."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

from hardening.node.fact import NotReadable, read_text
from hardening.node.process import container_of

NEWEST_API = (1, 51)
"""Newest API version whose documents were seen; a newer engine is asked in this one, if it still speaks it."""
SECONDS = 30
_DOCUMENT_LIMIT = 64 << 20
OUTPUT_LIMIT = 4 << 20
"""Bytes of output taken from a command run in a container."""
_OK = range(200, 300)
_STDOUT, _STDERR = 1, 2
_FRAME = struct.Struct(">BxxxI")
NOT_FOUND = 404


class EngineError(NotReadable):
    """The engine refused a request, and said why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the engine answered {status}: {message}")
        self.status = status


class TooMuch(Exception):  # noqa: N818 - an answer, not a fault
    """A command in a container said more than is taken."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str, seconds: float = SECONDS) -> None:
        super().__init__("engine", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._path)
        except OSError as error:
            raise NotReadable(f"the engine does not answer on {self._path}: {error.strerror or error}") from None


class EngineSocket:
    """Asks an engine, in the newest version of its API that both sides know."""

    def __init__(self, path: str, seconds: float = SECONDS) -> None:
        self._path = path
        self._seconds = seconds
        self._connection = _Connection(path, seconds)
        self._prefix = ""
        self.version: dict[str, Any] = self.get("/version")
        self.api_version = _common_version(self.version)
        self._prefix = f"/v{self.api_version}"

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the engine answers
        """A document.

        Raises:
            EngineError: the engine refused.
            NotReadable: the engine does not answer.
        """
        return self._ask("GET", path)

    def run(self, container: str, argv: list[str], stream: str, seconds: float) -> str:
        """Output of a command run inside a container, as the user and under the confinement of its exec.

        Args:
            container: id.
            argv: program and arguments.
            stream: `stdout` or `stderr`.
            seconds: it is stopped after that.

        Raises:
            NotReadable: it could not be started, failed, took too long or said too much.
        """
        created = {"AttachStdout": True, "AttachStderr": True, "Cmd": argv}
        identity = self._ask("POST", f"/containers/{container}/exec", created)["Id"]
        # The engine answers with a stream that ends with the connection, so the kept one will not do.
        connection = _Connection(self._path, seconds)
        try:
            output = _streams(_start(connection, f"{self._prefix}/exec/{identity}/start"), seconds)
        except socket.timeout:  # noqa: UP041 - two different errors in Python 3.9
            self._stop(container, identity)
            raise NotReadable(f"{argv[0]} did not end within {seconds:.0f} s") from None
        except TooMuch:
            self._stop(container, identity)
            raise NotReadable(f"{argv[0]} said more than {OUTPUT_LIMIT >> 20} MiB") from None
        finally:
            connection.close()
        code = self.get(f"/exec/{identity}/json")["ExitCode"]
        if code != 0:
            words = (output[_STDERR] or output[_STDOUT]).strip().splitlines()
            raise NotReadable(f"{argv[0]} ended with {code}: {words[-1][:300] if words else 'no message'}")
        return output[_STDERR if stream == "stderr" else _STDOUT]

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, document: Any = None) -> Any:  # noqa: ANN401 - as above
        body = None if document is None else json.dumps(document)
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            self._connection.request(method, self._prefix + path, body, headers)
            response = self._connection.getresponse()
            text = _whole(response, self._seconds)
        except (NotReadable, OSError, http.client.HTTPException):
            self._connection.close()  # the next question opens it anew instead of meeting this one's answer
            raise
        if len(text) > _DOCUMENT_LIMIT:
            self._connection.close()
            raise NotReadable(f"the engine's answer to {path} is longer than {_DOCUMENT_LIMIT >> 20} MiB")
        if response.status not in _OK:
            raise EngineError(response.status, _message(text))
        return json.loads(text.decode("utf-8", "replace"))

    def _stop(self, container: str, identity: str) -> None:
        """End a command that did not end by itself, if its process still is one of the container's."""
        pid = self.get(f"/exec/{identity}/json").get("Pid") or 0
        if pid and container_of(read_text(f"/proc/{pid}/cgroup")) == container:
            os.kill(pid, signal.SIGKILL)


def _whole(response: http.client.HTTPResponse, seconds: float) -> bytes:
    """An answer to its end, or one byte more than is taken; each piece may come in time, and all of them never."""
    end = time.monotonic() + seconds
    text = bytearray()
    while len(text) <= _DOCUMENT_LIMIT and (chunk := response.read1(1 << 20)):
        text += chunk
        if time.monotonic() > end:
            raise NotReadable(f"the engine did not end its answer within {seconds:g} s")
    response.close()  # `read1` does not notice the end by itself, and the connection would take no other question
    return bytes(text)


def stream(path: str, api_version: str, question: str) -> Iterator[bytes]:
    """Lines of an answer that goes on until the connection ends; the question is asked before this returns."""
    connection = _Connection(path)
    connection.request("GET", f"/v{api_version}{question}")
    # The engine sends the head of such an answer with its first line only: the time limit is for the answer, not here.
    if connection.sock:
        connection.sock.settimeout(None)
    return _lines(connection)


def _lines(connection: _Connection) -> Iterator[bytes]:
    response = connection.getresponse()
    if response.status not in _OK:
        raise EngineError(response.status, _message(response.read(_DOCUMENT_LIMIT)))
    while line := response.readline():
        yield line


def _start(connection: _Connection, path: str) -> http.client.HTTPResponse:
    connection.request("POST", path, json.dumps({"Detach": False, "Tty": False}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status not in _OK:
        raise EngineError(response.status, _message(response.read(_DOCUMENT_LIMIT)))
    return response


def _streams(response: http.client.HTTPResponse, seconds: float) -> dict[int, str]:
    """The two outputs of a command, taken apart from the engine's frames: a stream number, a length, the bytes."""
    end = time.monotonic() + seconds
    raw = bytearray()
    while chunk := response.read1(65536):
        raw += chunk
        if len(raw) > OUTPUT_LIMIT:
            raise TooMuch
        if time.monotonic() > end:
            raise socket.timeout  # noqa: UP041 - as above
    return demultiplex(bytes(raw))


def demultiplex(raw: bytes) -> dict[int, str]:
    """Frames of an attached command -> stream number -> text.

    Raises:
        NotReadable: the frames are broken off.
    """
    parts: dict[int, list[bytes]] = {_STDOUT: [], _STDERR: []}
    position = 0
    while position < len(raw):
        if position + _FRAME.size > len(raw):
            raise NotReadable("the command's output was cut off")
        stream, length = _FRAME.unpack_from(raw, position)
        position += _FRAME.size
        if position + length > len(raw):
            raise NotReadable("the command's output was cut off")
        parts.setdefault(stream, []).append(raw[position : position + length])
        position += length
    return {stream: b"".join(pieces).decode("utf-8", "replace") for stream, pieces in parts.items()}


def _common_version(version: dict[str, Any]) -> str:
    offered = str(version["ApiVersion"])
    if _numbers(offered) <= NEWEST_API:
        return offered
    oldest = str(version.get("MinAPIVersion") or "0.0")
    return oldest if _numbers(oldest) > NEWEST_API else "{}.{}".format(*NEWEST_API)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _message(text: bytes) -> str:
    """The engine's own words in an error answer."""
    try:
        return str(json.loads(text.decode("utf-8", "replace"))["message"])[:300]
    except (ValueError, KeyError, TypeError):
        return text.decode("utf-8", "replace").strip()[:300]
