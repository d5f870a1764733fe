"""A machine reached by OpenSSH: one multiplexed connection, opened on first use."""

import hashlib
import re
import shlex
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import HostError
from hardening.model.inventory import Node, SshTransport
from hardening.model.result import Result

from . import process, program

CONNECT_SECONDS = 30
UNUSED_SECONDS = 600
"""After which a kept connection that nobody closed ends by itself."""
_SSH_FAILED = 255
"""ssh's own exit code when the connection, not the remote program, failed."""


class SshHost:
    """Runs programs over one kept SSH connection, as root."""

    def __init__(self, node: Node, transport: SshTransport, folder: Path) -> None:
        self.node = node
        self.is_root = not transport.sudo
        self._transport = transport
        self._folder = folder
        # Unix socket paths are limited to 108 bytes, node names are not.
        self._control = folder / hashlib.sha256(node.name.encode()).hexdigest()[:12]
        self._opening = threading.Lock()
        self._open = False
        self._forwards = 0

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        """See Host.run."""
        self._connect()
        result = process.run(self._remote(argv), stdin=stdin, timeout=timeout)
        if result.rc == process.TIMED_OUT:
            raise HostError(self.node.name, f"{argv[0]} gave {result.complaint}")
        if result.rc == _SSH_FAILED and not self._is_alive():
            raise self._broken(result)
        return Result(argv, result.rc, result.stdout, result.stderr)

    def ask(self, program_name: str, request: object, *, timeout: float = 120) -> bytes:
        """See Host.ask."""
        result = self.run(program.ARGV, stdin=program.package(program_name, request), timeout=timeout)
        if not result.ok:
            raise self._failed(program_name, result)
        return result.stdout

    @contextmanager
    def serve(self, program_name: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        """See Host.serve."""
        self._connect()
        stdin = program.package(program_name, request)
        with process.serve(self._remote(program.ARGV), stdin=stdin, timeout=timeout) as result:
            if result.rc == _SSH_FAILED and not self._is_alive():
                raise self._broken(result)
            if not result.ok:
                raise self._failed(program_name, result)
            yield result.stdout

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        """See Host.forward."""
        self._connect()
        with self._opening:
            self._forwards += 1
            local = self._folder / f"{self._control.name}.{self._forwards}.sock"
        spec = ("-L", f"{local}:{remote_socket}")
        result = self._control_master("forward", *spec)
        if not result.ok:
            self._is_alive()
            raise HostError(self.node.name, f"could not forward {remote_socket}: {result.complaint}")
        try:
            yield local
        finally:
            self._control_master("cancel", *spec)
            local.unlink(missing_ok=True)

    def close(self) -> None:
        """End the kept connection."""
        if self._open:
            self._control_master("exit")
            self._open = False

    def _connect(self) -> None:
        with self._opening:
            if self._open and self._control.exists():  # ssh takes its socket away when the connection breaks
                return
            # A socket left by a broken connection would make ssh open one that is not shared, and never closed.
            self._control.unlink(missing_ok=True)
            argv = (*self._ssh(), "-M", "-N", "-f", "--", self._transport.host)
            result = process.run(argv, timeout=CONNECT_SECONDS * 2)
            if not result.ok:
                target = f"{self._transport.user}@{self._transport.host} port {self._transport.port}"
                raise HostError(
                    self.node.name,
                    f"no SSH connection to {target}: {result.complaint}",
                    f"try it by hand: {shlex.join((*self._login(), self._transport.host))}",
                )
            self._open = True

    def _remote(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        prefix = ("sudo", "-n", "--") if self._transport.sudo else ()
        return (*self._ssh(), "--", self._transport.host, shlex.join((*prefix, *argv)))

    def _failed(self, program_name: str, result: Result) -> HostError:
        """A program of ours failed, or never started for want of what a node must have."""
        said = result.stderr.decode(errors="replace")
        if re.search(r"\bpython3: .*not found", said):
            return HostError(self.node.name, "there is no Python", "apt-get install python3")
        if re.search(r"\bsudo: .*not found", said):
            return self._not_root("there is no sudo")
        if self._transport.sudo and re.search(r"^sudo: |sudoers", said, re.MULTILINE):
            return self._not_root(result.complaint)
        return HostError(self.node.name, f"{program_name} failed: {result.complaint}")

    def _not_root(self, reason: str) -> HostError:
        return HostError(
            self.node.name,
            f"{self._transport.user} cannot become root without a password: {reason}",
            f"this must answer 0: {shlex.join((*self._login(), self._transport.host, 'sudo -n id -u'))}",
        )

    def _broken(self, result: Result) -> HostError:
        reason = f": {result.complaint}" if result.stderr else ""
        return HostError(self.node.name, f"the SSH connection broke{reason}")

    def _is_alive(self) -> bool:
        """Whether the kept connection stands. If not, the next use opens another.

        ssh ends with 255 both when the connection fails and when the remote program ends so, or by a signal.
        """
        if not self._control_master("check").ok:
            self._open = False
        return self._open

    def _control_master(self, command: str, *arguments: str) -> Result:
        argv = (*self._ssh(), "-O", command, *arguments, "--", self._transport.host)
        return process.run(argv, timeout=CONNECT_SECONDS)

    def _ssh(self) -> tuple[str, ...]:
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(CONNECT_SECONDS),
            "ServerAliveInterval": "15",
            "ServerAliveCountMax": "6",
            "ControlPath": str(self._control),
            # Who is killed cannot close it; then it ends once nothing has gone over it for so long.
            "ControlPersist": str(UNUSED_SECONDS),
            "StreamLocalBindUnlink": "yes",
            "StrictHostKeyChecking": "yes",
            # What the user's own configuration may ask for, and has no place here.
            "ForwardAgent": "no",
            "ForwardX11": "no",
            "RemoteCommand": "none",
            "RequestTTY": "no",
            "LogLevel": "ERROR",
        }
        return (*self._login(), *(word for key, value in options.items() for word in ("-o", f"{key}={value}")))

    def _login(self) -> tuple[str, ...]:
        transport = self._transport
        argv = ["ssh", "-p", str(transport.port), "-l", transport.user]
        if transport.identity_file:
            argv += ["-i", transport.identity_file, "-o", "IdentitiesOnly=yes"]
        if transport.known_hosts_file:
            argv += ["-o", f"UserKnownHostsFile={transport.known_hosts_file}", "-o", "StrictHostKeyChecking=yes"]
        return tuple(argv)
