"""This machine as a host."""

import os
import time
from pathlib import Path

import pytest

from hardening.errors import Exit, HostError
from hardening.hosts import connect
from hardening.hosts.local import LocalHost
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.result import Result

HERE = Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> LocalHost:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return LocalHost(HERE)


def test_a_program_that_fails_is_a_result(host: LocalHost) -> None:
    assert host.run(("sh", "-c", "exit 7")) == Result(("sh", "-c", "exit 7"), 7, b"", b"")


def test_a_program_past_its_time_is_a_host_error(host: LocalHost) -> None:
    with pytest.raises(HostError) as caught:
        host.run(("sleep", "300"), timeout=0.2)
    assert caught.value.message == "here: sleep gave no answer within 0.2 s"
    assert caught.value.exit_code is Exit.UNREACHABLE


def test_the_engine_socket_is_used_where_it_is(host: LocalHost) -> None:
    with host.forward("/run/docker.sock") as socket:
        assert socket == Path("/run/docker.sock")


@pytest.fixture
def unprivileged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who is not root, and a sudo that notes how it was called, then runs the program."""
    sudo = tmp_path / "sudo"
    sudo.write_text(f'#!/bin/sh\nprintf "%s " "$@" >{tmp_path}/called\nshift 2\nexec "$@"\n')
    sudo.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "called"


def test_a_user_runs_programs_through_sudo_without_a_question(unprivileged: Path) -> None:
    result = LocalHost(HERE).run(("echo", "a b"), timeout=30)
    assert result == Result(("echo", "a b"), 0, b"a b\n", b"")
    assert unprivileged.read_text().startswith("-n -- ")


def test_what_sudo_started_ends_at_its_time_though_we_may_not_kill_it(
    unprivileged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardening.hosts.process._Program.kill", lambda _program: None)
    began = time.monotonic()
    with pytest.raises(HostError, match=r"sleep gave no answer within 0\.2 s"):
        LocalHost(HERE).run(("sleep", "300"), timeout=0.2)
    assert time.monotonic() - began < 10
    assert unprivileged.exists()


def test_hosts_are_named_as_in_the_inventory() -> None:
    with connect(Inventory((HERE,), "inventory.yml")) as hosts:
        assert {name: type(host) for name, host in hosts.items()} == {"here": LocalHost}
