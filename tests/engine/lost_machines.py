"""Machines of one process's own: network namespaces on one wire, each with what a machine of the reference stack runs.

A machine that is lost falls silent, as one whose power, kernel or network fails: nothing that it sends or is sent
arrives, and nobody is told. Neighbours are fixed, as the engine fixes those of an overlay network, so that they do not
tell it either.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine.mongods import KEY, STACK, Member, wait_until
from tests.engine.nginx.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.nginx.peers import NameServer

CLONE_NEWNET = 0x40000000
WIRE_ADDRESS = "10.99.0.1"
API_PORT, MEMBER_PORT = 3000, 27017


class Namespace:
    """A network namespace, for as long as a process of its own sleeps in it."""

    def __init__(self) -> None:
        self._sleeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = Path("/proc/self/ns/net").stat().st_ino
        wait_until(lambda: Path(f"/proc/{self.pid}/ns/net").stat().st_ino != own, 10)
        self.ip("link set lo up")

    @property
    def pid(self) -> int:
        return self._sleeper.pid

    @property
    def enter(self) -> tuple[str, ...]:
        """Words that run the command after them here."""
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net")

    def ip(self, words: str) -> None:
        done = subprocess.run([*self.enter, "ip", *words.split()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"ip {words}: {done.stderr}"

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread, and threads and processes that it starts meanwhile, are here."""
        with Path("/proc/thread-self/ns/net").open() as before, Path(f"/proc/{self.pid}/ns/net").open() as here:
            _setns(here.fileno())
            try:
                yield
            finally:
                _setns(before.fileno())

    def close(self) -> None:
        """End whatever runs here: a program that was killed leaves others, as NGINX leaves its workers."""
        own = Path(f"/proc/{self.pid}/ns/net").stat().st_ino
        for process in Path("/proc").glob("[0-9]*"):
            # it has ended by itself, or is not ours to look at
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                if (process / "ns/net").stat().st_ino == own:
                    os.kill(int(process.name), signal.SIGKILL)
        self._sleeper.wait()


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Wire(Namespace):
    """Where the machines are connected, and their clients are."""

    def __init__(self) -> None:
        super().__init__()
        self.ip("link add wire type bridge")
        self.ip("link set wire address 02:00:00:00:00:01")
        self.ip(f"addr add {WIRE_ADDRESS}/24 dev wire")
        self.ip("link set wire up")


class Machine(Namespace):
    """A member of the set, the API and NGINX, on an address of their own."""

    def __init__(self, number: int, wire: Wire, folder: Path, mongod: Path) -> None:
        super().__init__()
        self.name, self.number, self._wire, self._folder = f"m{number}", number, wire, folder
        self.address, self._lost_by = f"10.99.0.1{number}", ""
        wire.ip(f"link add {self.name} type veth peer name eth0 netns {self.pid}")
        wire.ip(f"link set {self.name} master wire up")
        self.ip(f"link set eth0 address {_hardware(number)} up")
        self.ip(f"addr add {self.address}/24 dev eth0")
        self.ip(f"neigh add {WIRE_ADDRESS} lladdr 02:00:00:00:00:01 dev eth0 nud permanent")
        self.member = Member(
            self.name, folder / "member", mongod, MEMBER_PORT, tls=False, address=self.address, enter=self.enter
        )
        self._api: subprocess.Popen[bytes] | None = None
        self.site: Site | None = None

    def meet(self, others: list[Machine]) -> None:
        """Know where the others are, for good."""
        for other in others:
            if other is not self:
                self.ip(f"neigh add {other.address} lladdr {_hardware(other.number)} dev eth0 nud permanent")
        self._wire.ip(f"neigh add {self.address} lladdr {_hardware(self.number)} dev wire nud permanent")

    def start_api(self, project: Path, hosts: str) -> None:
        """The API, once the set is there. `project` has its program and dependencies."""
        secrets = {
            "mongodb_uri": f"mongodb://__system:{KEY}@{hosts}/nodepop?replicaSet=rs0&authSource=local"
            "&authMechanism=SCRAM-SHA-256",
            "jwt_key": KEY,
        }
        for name, text in secrets.items():
            (self._folder / name).write_text(text)
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(API_PORT),
            "MONGODB_URI_FILE": str(self._folder / "mongodb_uri"),
            "JWT_KEY_FILE": str(self._folder / "jwt_key"),
        }
        with (self._folder / "api.log").open("ab") as log:
            self._api = subprocess.Popen(
                [*self.enter, "node", "src/server.js"], cwd=project, env=environment, stdout=log, stderr=log
            )

    def start_site(self, folder: Path, names: NameServer) -> None:
        """NGINX without TLS, which a client of the wire reaches."""
        self.site = Site(
            folder,
            names,
            API_PORT,
            "plain.conf",
            hostname=f"nginx-{self.name}",
            address=self.address,
            enter=self.enter,
        )

    @property
    def url(self) -> str:
        assert self.site is not None
        return f"http://{self.address}:{self.site.plain_port}"

    def lose(self, signal_number: int) -> None:
        """Fall silent, and then, unseen by anybody, let a signal come to all that runs here."""
        self._wire.ip(f"link set {self.name} nomaster")
        for process in self._processes():
            process.send_signal(signal_number)

    def return_from_silence(self) -> None:
        """Go on where it was stopped."""
        for process in self._processes():
            process.send_signal(signal.SIGCONT)
        self._wire.ip(f"link set {self.name} master wire")

    def close(self) -> None:
        for process in self._processes():
            process.kill()
            process.wait()
        super().close()

    def _processes(self) -> list[subprocess.Popen[bytes]]:
        running = (self.member.process, self._api, self.site.process if self.site else None)
        return [process for process in running if process is not None]


def _hardware(number: int) -> str:
    return f"02:00:00:00:01:0{number}"


def install_api(folder: Path) -> Path:
    """The API's program with its locked dependencies."""
    for name in ("package.json", "package-lock.json"):
        (folder / name).write_bytes((STACK / "api" / name).read_bytes())
    (folder / "src").symlink_to(STACK / "api/src")
    options = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run(["npm", "ci", *options], cwd=folder, check=True, timeout=300)
    return folder
