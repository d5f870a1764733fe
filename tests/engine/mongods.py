"""Real database servers on loopback, with the configuration of the stack's image."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from pymongo import MongoClient

from hardening.errors import HardenError
from hardening.images import programs
from hardening.images.recipe import load_commons, load_recipe
from hardening.images.tree import File

STACK = Path(__file__).parents[2] / "stack"
DOWNLOADS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harden/images"
"""Where building the images keeps what it downloads."""
KEY = "onlyAtest" * 6
Client = MongoClient[dict[str, Any]]


def find_mongod(folder: Path) -> Path:
    """The server that the project's own image has."""
    images = STACK / "images"
    try:
        tree = programs.gather(load_recipe(images, "mongod", load_commons(images)), STACK, DOWNLOADS, print)
    except HardenError as error:
        pytest.skip(f"NO MONGOD: {error.message}")
    entry = tree.get("/usr/bin/mongod")
    assert isinstance(entry, File)
    program = folder / "mongod"
    program.write_bytes(entry.content)
    program.chmod(0o755)
    return program


@dataclass
class Member:
    """One server. What it mounts is in its own folder, and may be changed while it is stopped.

    Attributes:
        enter: words before its command line, which take it to where `address` is.
    """

    name: str
    folder: Path
    program: Path
    port: int = 0
    tls: bool = True
    arguments: tuple[str, ...] = ()
    address: str = "127.0.0.1"
    enter: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        (self.folder / "db").mkdir(parents=True)
        keyfile = self.folder / "keyfile"
        keyfile.write_text(KEY)
        keyfile.chmod(0o400)
        self.port = self.port or free_port()

    @property
    def host(self) -> str:
        return f"{self.address}:{self.port}"

    def mount(self, authorities: str, certificate: str) -> None:
        """Give it what it trusts and what it shows."""
        (self.folder / "database_ca.pem").write_text(authorities)
        (self.folder / "member.pem").write_text(certificate)

    def start(self) -> None:
        config = yaml.safe_load((STACK / "images/mongod/etc/mongod.conf").read_text())
        config["storage"]["dbPath"] = str(self.folder / "db")
        config["net"] |= {"port": self.port, "bindIp": self.address}
        config["security"]["keyFile"] = str(self.folder / "keyfile")
        # How long a member that was told to stop still answers; 15 s of each of many restarts.
        config["setParameter"]["shutdownTimeoutMillisForSignaledShutdown"] = 500
        if self.tls:
            for key, name in (("certificateKeyFile", "member.pem"), ("CAFile", "database_ca.pem")):
                assert config["net"]["tls"][key] == f"/run/secrets/{name}"
                config["net"]["tls"][key] = str(self.folder / name)
        else:
            del config["net"]["tls"]
        (self.folder / "mongod.conf").write_text(yaml.safe_dump(config))
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [*self.enter, self.program, "--config", self.folder / "mongod.conf", *self.arguments],
            stdout=log,
            stderr=log,
        )
        log.close()
        wait_until(self._listens, 60)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()[-2000:]
        with socket.socket() as probe:
            return probe.connect_ex((self.address, self.port)) == 0


def login(authority: Path | None, *members: Member, **options: object) -> Client:
    """A client as the members themselves log in; of one member, or of the set."""
    tls: dict[str, Any] = {"tls": True, "tlsCAFile": str(authority)} if authority else {}
    more: dict[str, Any] = {"directConnection": True} if len(members) == 1 else {"replicaSet": "rs0"}
    return Client(
        f"mongodb://{','.join(each.host for each in members)}",
        username="__system",
        password=KEY,
        authSource="local",
        authMechanism="SCRAM-SHA-256",
        serverSelectionTimeoutMS=20_000,
        **tls,
        **more,
        **options,  # type: ignore[arg-type]  # the driver's own names
    )


QUICK = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500, "heartbeatTimeoutSecs": 3}


def initiate(authority: Path | None, *members: Member, times: Mapping[str, int] = QUICK) -> None:
    """Make a set of them, with quick elections unless told otherwise, and wait until everybody is in it."""
    config = {
        "_id": "rs0",
        "members": [{"_id": number, "host": each.host} for number, each in enumerate(members)],
        "settings": times,
    }
    with login(authority, members[0]) as client:
        client.admin.command("replSetInitiate", config)
    wait_until(lambda: sees_all(authority, members[0], len(members)), 60)


def sees_all(authority: Path | None, member: Member, count: int) -> bool:
    """Whether a member sees a primary, and everybody else as its secondary."""
    with login(authority, member) as client:
        states = [each["stateStr"] for each in client.admin.command("replSetGetStatus")["members"]]
    return sorted(states) == ["PRIMARY", *["SECONDARY"] * (count - 1)]


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
        time.sleep(0.1)
