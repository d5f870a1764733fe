"""Three managers that all restarted, locked: none of them can start alone."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from hardening.apply import unlocking
from hardening.errors import Exit, HostError
from hardening.hosts.engine import engine
from hardening.model.inventory import LocalTransport, Node, NodeRole
from tests.engine.private_host import PrivateHost

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

Dockerd = Any  # conftest.Engine, which a test module cannot import by name
NAMES = ("n1", "n2", "n3")


class Managers:
    """Engines on a network of their own, which is the network namespace of a process that only sleeps."""

    def __init__(self, dockerd: Dockerd, open_things: ExitStack) -> None:
        hub = subprocess.Popen(["unshare", "--net", "sleep", "600"])
        open_things.callback(hub.wait)
        open_things.callback(hub.kill)
        self._hub = hub.pid
        dockerd.wait_until(lambda: self._is_apart(hub.pid), "the hub's own network namespace")
        self._ip(hub.pid, "link add hub type bridge", "link set hub up")
        self.engines: dict[str, Dockerd] = {}
        for name in NAMES:
            self.engines[name] = type(dockerd)(Path(tempfile.mkdtemp(prefix="harden-engine-")))
            open_things.callback(self.engines[name].stop)
        for name, made in self.engines.items():
            made.wait()
            self.plug(name)
        self.hosts = {name: PrivateHost(made, self._node(name)) for name, made in self.engines.items()}

    @staticmethod
    def address(name: str) -> str:
        return f"10.99.0.{name[1:]}"

    def _node(self, name: str) -> Node:
        return Node(name, self.address(name), NodeRole.MANAGER, {}, LocalTransport())

    @staticmethod
    def _is_apart(pid: int) -> bool:
        return Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()

    @staticmethod
    def _ip(pid: int, *commands: str) -> None:
        for command in commands:
            subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "ip", *command.split()], check=True, timeout=20)

    def plug(self, name: str) -> None:
        pid = self.engines[name].pid
        self._ip(self._hub, f"link add {name} type veth peer name eth0 netns {pid}", f"link set {name} master hub up")
        self._ip(pid, f"address add {self.address(name)}/24 dev eth0", "link set eth0 up")

    def found(self) -> str:
        """Make them one swarm and tell its unlock key."""
        with engine(self.hosts["n1"]) as first:
            first.init_swarm(self.address("n1"), autolock=True, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9)
            key, token = first.unlock_key(), first.join_token(manager=True)
        for name in NAMES[1:]:
            with engine(self.hosts[name]) as joining:
                joining.join_swarm(self.address("n1"), token, self.address(name))
        return key

    def restart_all(self) -> None:
        for name, made in self.engines.items():
            made.restart()
            self.plug(name)


@pytest.fixture(scope="module")
def managers(dockerd: Dockerd) -> Iterator[Managers]:
    with ExitStack() as open_things:
        yield Managers(dockerd, open_things)


@pytest.fixture(scope="module")
def key(managers: Managers) -> str:
    return managers.found()


def test_managers_that_are_open_are_left_alone_and_no_key_is_asked_for(managers: Managers, key: str) -> None:
    assert key

    def not_asked() -> NoReturn:
        pytest.fail("asked for a key")

    assert [each.state for each in unlocking.unlock(managers.hosts, NAMES, not_asked)] == ["active"] * 3


def test_all_of_three_locked_managers_are_opened_though_one_alone_has_no_quorum(managers: Managers, key: str) -> None:
    managers.restart_all()
    opened = unlocking.unlock(managers.hosts, NAMES, lambda: key)
    assert [(each.was_locked, each.state, each.problem) for each in opened] == [(True, "active", "")] * 3


def test_a_key_that_does_not_fit_is_refused_by_each(managers: Managers, key: str) -> None:
    managers.restart_all()
    opened = unlocking.unlock(managers.hosts, NAMES, lambda: "SWMKEY-1-" + "A" * 43)
    assert {each.exit_code for each in opened} == {Exit.FAILED}
    assert all("invalid key" in each.problem for each in opened), opened
    assert all(key not in each.problem for each in opened)


def test_a_manager_that_is_gone_keeps_no_other_closed(
    managers: Managers, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_socket: str) -> NoReturn:
        raise HostError("n1", "no answer")

    monkeypatch.setattr(managers.hosts["n1"], "forward", gone)
    opened = unlocking.unlock(managers.hosts, NAMES, lambda: key)
    assert [each.state for each in opened] == ["", "active", "active"]
    assert opened[0].exit_code is Exit.UNREACHABLE
