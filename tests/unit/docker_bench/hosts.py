"""A node that answers every program with one thing."""

import json
from contextlib import AbstractContextManager
from pathlib import Path

from hardening.model.inventory import LocalTransport, Node, NodeRole
from hardening.model.result import Result


class Answering:
    """A Host: bytes are answered as they are, an exception is raised, anything else is answered as JSON."""

    def __init__(self, answer: object) -> None:
        self.node = Node("n", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
        self.is_root = True
        self.asked: list[tuple[str, object]] = []
        self._answer = answer

    def ask(self, program: str, request: object, *, timeout: float = 120) -> bytes:
        self.asked.append((program, request))
        assert timeout > 0
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer if isinstance(self._answer, bytes) else json.dumps(self._answer).encode()

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        raise AssertionError(f"nothing but one program is asked: {argv}, {len(stdin)}, {timeout}")

    def serve(self, program: str, request: object, *, timeout: float = 60) -> AbstractContextManager[bytes]:
        raise AssertionError(f"nothing but one program is asked: {program}, {request}, {timeout}")

    def forward(self, remote_socket: str) -> AbstractContextManager[Path]:
        raise AssertionError(f"nothing but one program is asked: {remote_socket}")
