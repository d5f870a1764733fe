"""QEMU's two JSON protocols over Unix sockets: the machine's monitor (QMP) and the guest agent."""

import array
import json
import secrets
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

Answer = dict[str, object]


class DialogueError(Exception):
    """The other side is not there, did not answer in time, or refused."""


class Dialogue:
    """A connection on which one JSON line is sent and one comes back.

    Args:
        path: the socket.
        timeout: seconds for connecting and for each answer.
    """

    def __init__(self, path: Path, *, timeout: float) -> None:
        self._timeout = timeout
        self._buffer = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise DialogueError(f"{path.name}: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def command(self, name: str, /, **arguments: object) -> object:
        """Send one command; its `return` value.

        Raises:
            DialogueError: refused, no answer in time, or the connection ended.
        """
        self._send({"execute": name, **({"arguments": arguments} if arguments else {})})
        return self._returned(name)

    def _returned(self, name: str) -> object:
        while True:
            answer = self._receive()
            if "error" in answer:
                error = answer["error"]
                raise DialogueError(f"{name}: {error.get('desc') if isinstance(error, dict) else error}")
            if "return" in answer:
                return answer["return"]

    def _send(self, message: Answer, prefix: bytes = b"") -> None:
        try:
            self._socket.sendall(prefix + json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise DialogueError(f"the connection ended: {error}") from error

    def _receive(self) -> Answer:
        """The next JSON line, within the time limit."""
        deadline = time.monotonic() + self._timeout
        while b"\n" not in self._buffer:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                piece = self._socket.recv(65536)
            except TimeoutError as error:
                raise DialogueError(f"no answer within {self._timeout:.0f} s") from error
            except OSError as error:
                raise DialogueError(f"the connection ended: {error}") from error
            if not piece:
                raise DialogueError("the connection ended")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer = json.loads(line.lstrip(b"\xff"))
        if not isinstance(answer, dict):
            raise DialogueError(f"not an answer: {answer!r:.80}")
        return answer


class Monitor(Dialogue):
    """A machine's monitor, ready for commands."""

    def __init__(self, path: Path, *, timeout: float = 20) -> None:
        super().__init__(path, timeout=timeout)
        self._receive()  # the greeting
        self.command("qmp_capabilities")

    def lend(self, name: str, descriptor: int) -> None:
        """Give QEMU an open file, which later commands call `fd:<name>`."""
        message = json.dumps({"execute": "getfd", "arguments": {"fdname": name}}).encode() + b"\n"
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))
        self._socket.sendmsg([message], [rights])
        self._returned("getfd")


class AgentChannel(Dialogue):
    """The guest agent. Connecting proves that it is alive, and drops what an earlier caller left unread."""

    def __init__(self, path: Path, *, timeout: float) -> None:
        super().__init__(path, timeout=timeout)
        number = secrets.randbelow(2**31)
        # 0xFF ends whatever half a message the agent may have, as its protocol says.
        self._send({"execute": "guest-sync-delimited", "arguments": {"id": number}}, prefix=b"\xff")
        while self._receive().get("return") != number:
            pass
