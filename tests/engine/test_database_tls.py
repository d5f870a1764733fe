"""Members of a real replica set with the stack's TLS settings: what they accept, and renewing while they serve."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pymongo.errors import PyMongoError

from hardening.certificates import Issued, Wanted, issue, read
from hardening.hosts import transport
from hardening.hosts.database import Credentials, Door, Secret, Tls
from hardening.hosts.forwarding import to_port
from hardening.model.known import Known, Unavailable

from .mongods import KEY, Client, Member, find_mongod, free_port, initiate, login, sees_all, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

NAMES = ("mongo1", "mongo2", "mongo3")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return find_mongod(tmp_path_factory.mktemp("mongod"))


def family() -> tuple[str, dict[str, Issued]]:
    """What one issue of the stack's database certificates gives."""
    usage = ("server", "client")
    return issue("test database_ca", {name: Wanted((name, "127.0.0.1"), usage) for name in NAMES})  # type: ignore[arg-type]


def pem(issued: Issued) -> str:
    return issued.key + issued.certificate


@pytest.fixture
def members(program: Path, tmp_path: Path) -> Iterator[list[Member]]:
    made = [Member(name, tmp_path / name, program) for name in NAMES]
    yield made
    for each in made:
        each.stop()


@dataclass
class Writer:
    """Writes with majority as fast as it can, and remembers what was acknowledged and how long nothing was."""

    client: Client
    acknowledged: list[int] = field(default_factory=list)
    longest: float = 0.0

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        rows = self.client["test"]["rows"]
        number, last = 0, time.monotonic()
        while not self._over.is_set():
            number += 1
            try:
                rows.insert_one({"_id": number})
            except PyMongoError:
                continue  # not acknowledged, so not promised
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now
            self.acknowledged.append(number)

    def end(self) -> set[int]:
        """What was acknowledged and is not there."""
        self._over.set()
        self._thread.join()
        stored = {row["_id"] for row in self.client["test"]["rows"].find()}
        self.client.close()
        return set(self.acknowledged) - stored


def rolling(members: list[Member], authority: Path | None) -> None:
    """Restart one after another; each must be part of the set again before the next goes."""
    for each in members:
        each.stop()
        each.start()
        for other in members:
            wait_until(lambda other=other: sees_all(authority, other, len(members)), 90)  # type: ignore[misc]  # bound now


def test_a_renewal_in_two_rollouts_loses_nothing(members: list[Member], tmp_path: Path) -> None:
    old_ca, old = family()
    new_ca, new = family()
    both = tmp_path / "both.pem"
    both.write_text(new_ca + old_ca)
    for each in members:
        each.mount(old_ca, pem(old[each.name]))
        each.start()
    initiate(both, *members)
    writer = Writer(login(both, *members, w="majority", socketTimeoutMS=20_000))
    try:
        for each in members:
            each.mount(new_ca + old_ca, pem(old[each.name]))
        rolling(members, both)
        for each in members:
            each.mount(new_ca + old_ca, pem(new[each.name]))
        rolling(members, both)
    finally:
        lost = writer.end()
    told = f"{len(writer.acknowledged)} acknowledged, {len(lost)} lost, longest pause {writer.longest:.1f} s"
    sys.stderr.write(f"renewal: {told}\n")
    assert lost == set()
    assert len(writer.acknowledged) > 100
    assert writer.longest < 30


def test_a_new_certificate_before_its_authority_is_trusted_cuts_its_member_off(members: list[Member]) -> None:
    """What the first of the two rollouts is for."""
    old_ca, old = family()
    new_ca, new = family()
    trust = members[0].folder / "database_ca.pem"
    for each in members:
        each.mount(old_ca, pem(old[each.name]))
        each.start()
    initiate(trust, *members)
    members[2].stop()
    members[2].mount(new_ca + old_ca, pem(new["mongo3"]))
    members[2].start()
    with login(trust, members[0]) as client:

        def seen() -> str:
            states = client.admin.command("replSetGetStatus")["members"]
            return str(next(each["stateStr"] for each in states if each["name"] == members[2].host))

        wait_until(lambda: seen() == "(not reachable/healthy)", 60)
        with pytest.raises(AssertionError):
            wait_until(lambda: seen() == "SECONDARY", 8)
    assert "certificate" in members[0].log()


def test_a_set_without_tls_gets_it_in_three_rollouts_and_loses_nothing(members: list[Member], tmp_path: Path) -> None:
    ca, issued = family()
    trust = tmp_path / "ca.pem"
    trust.write_text(ca)
    for each in members:
        each.tls = False
        each.mount(ca, pem(issued[each.name]))
        each.start()
    initiate(None, *members)
    writer = Writer(login(None, *members, w="majority", socketTimeoutMS=20_000))
    lost = set()
    try:
        for mode, way in (("allowTLS", None), ("preferTLS", trust), ("requireTLS", trust)):
            for each in members:
                each.tls, each.arguments = True, ("--tlsMode", mode)
            if mode == "requireTLS":  # clients have gone over to TLS with the second rollout
                lost |= writer.end()
                writer = Writer(login(trust, *members, w="majority", socketTimeoutMS=20_000))
            rolling(members, way)
    finally:
        lost |= writer.end()
    assert lost == set()
    assert answers(members[0]) == Known(value=False)


# --- what one member accepts -----------------------------------------------------------------------------------------


def answers(member: Member) -> Known[bool] | Unavailable:
    with to_port(member.host) as path:
        return transport.answers_plaintext(str(path), seconds=10)


@pytest.fixture(scope="module")
def single(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    folder = tmp_path_factory.mktemp("single")
    ca, issued = family()
    member = Member("mongo1", folder / "mongo1", program)
    member.mount(ca, pem(issued["mongo1"]))
    member.start()
    yield member
    member.stop()


@pytest.fixture
def door(single: Member, tmp_path: Path) -> Iterator[Door]:
    with to_port(single.host) as path:
        (tmp_path / "relay.sock").symlink_to(path)
        yield Door(str(tmp_path / "relay.sock"), {})


CREDENTIALS = Credentials("__system", Secret(KEY.encode()), "local")


def test_plaintext_is_refused(single: Member) -> None:
    assert answers(single) == Known(value=False)


def test_the_certificate_that_is_offered_is_the_one_that_was_mounted(single: Member, door: Door) -> None:
    (mounted,) = read((single.folder / "member.pem").read_text())
    assert door.offers_certificate() == Known(mounted)


def test_a_door_with_the_authority_opens(single: Member, door: Door) -> None:
    authorities = (single.folder / "database_ca.pem").read_bytes()
    with door.speaking(Tls(authorities)).client(CREDENTIALS) as client:
        assert client.admin.command("connectionStatus")["authInfo"]["authenticatedUsers"]


@pytest.mark.parametrize(
    ("tls", "complaint"),
    [(Tls(family()[0].encode()), "certificate verify failed"), (None, "connection closed")],
    ids=["another authority", "plaintext"],
)
def test_a_door_opens_neither_by_another_authority_nor_in_the_clear(
    door: Door, tls: Tls | None, complaint: str
) -> None:
    with (
        pytest.raises(PyMongoError, match=complaint),
        door.speaking(tls).client(CREDENTIALS, seconds=3) as client,
    ):
        client.admin.command("ping")


@pytest.mark.parametrize(("version", "taken"), [("1.0", False), ("1.1", False), ("1.2", True), ("1.3", True)])
def test_old_versions_of_tls_are_refused(single: Member, version: str, taken: bool) -> None:
    most = ("--tls-max", version, "--ciphers", "ALL:@SECLEVEL=0")
    assert (health(single, *most) == 0) is taken


def health(member: Member, *options: str) -> int:
    """The exit code of the stack's health check."""
    authority = member.folder / "database_ca.pem"
    argv = ["curl", "--silent", "--fail", "--max-time", "5", "--output", "/dev/null", "--cacert", str(authority)]
    return subprocess.run([*argv, *options, f"https://{member.host}/"], check=False, timeout=20).returncode


def test_nobody_who_is_not_there_passes_for_one_who_refuses() -> None:
    with to_port(f"127.0.0.1:{free_port()}") as path:
        assert isinstance(transport.certificate(str(path), seconds=3), Unavailable)
