"""The way into a guest that needs no network and no key: QEMU's guest agent."""

import base64
import json
import time
from importlib import resources

from hardening.errors import FailedError, HostError
from hardening.hosts.dialogue import AgentChannel, DialogueError

from .machine import Machine
from .pace import patience


class Agent:
    """The agent of one guest."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def wait(self, seconds: float) -> None:
        """Wait until the agent answers.

        Raises:
            HostError: it did not within `seconds`, or QEMU ended.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with self._open(patience(3)):
                    return
            except DialogueError:
                if self._machine.pid is None:
                    raise HostError(self._machine.name, f"it stopped; {self._machine.last_words()}") from None
                time.sleep(0.2)
        raise HostError(self._machine.name, f"no sign of life in {seconds:.0f} s; {self._machine.last_words()}")

    def set_clock(self) -> None:
        """Give the guest the host's time."""
        try:
            with self._open(patience(30)) as channel:
                channel.command("guest-set-time", time=time.time_ns())
        except DialogueError as error:
            raise HostError(self._machine.name, f"could not set its clock: {error}") from error

    def identity(self, request: dict[str, object], *, timeout: float) -> dict[str, object]:
        """Run `guest/identity.py` in the guest with a request; its answer."""
        source = resources.files("hardening.lab.guest").joinpath("identity.py").read_text("utf-8")
        argv = ("/usr/bin/python3", "-I", "-S", "-c", source)
        answer = json.loads(self.run(argv, stdin=json.dumps(request).encode(), timeout=timeout))
        if not isinstance(answer, dict):
            raise HostError(self._machine.name, "the guest's program gave no answer")
        return answer

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float) -> bytes:
        """Run a program in the guest as root; its standard output.

        Raises:
            HostError: the agent does not answer, or not in time.
            FailedError: the program failed.
        """
        try:
            with self._open(patience(30)) as channel:
                status = _run(channel, argv, stdin, timeout)
        except DialogueError as error:
            raise HostError(self._machine.name, str(error)) from error
        complaint = _decoded(status, "err-data").decode(errors="replace").strip()
        if status.get("exitcode") != 0:
            last = complaint.splitlines()[-1] if complaint else f"exit code {status.get('exitcode')}"
            raise FailedError(f"{self._machine.name}: {argv[0]}: {last}")
        return _decoded(status, "out-data")

    def _open(self, timeout: float) -> AgentChannel:
        return AgentChannel(self._machine.files.agent, timeout=timeout)


def _run(channel: AgentChannel, argv: tuple[str, ...], stdin: bytes, timeout: float) -> dict[str, object]:
    started = channel.command(
        "guest-exec",
        **{"path": argv[0], "arg": list(argv[1:]), "capture-output": True},
        **({"input-data": base64.b64encode(stdin).decode()} if stdin else {}),
    )
    pid = started["pid"] if isinstance(started, dict) else None
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        status = channel.command("guest-exec-status", pid=pid)
        if isinstance(status, dict) and status.get("exited"):
            return status
        time.sleep(0.2)
    raise DialogueError(f"{argv[0]} did not end within {timeout:.0f} s")


def _decoded(status: dict[str, object], key: str) -> bytes:
    return base64.b64decode(str(status.get(key, "")))
