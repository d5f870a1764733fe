"""What the lab needs of the machine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.hosts import process
from hardening.lab import requirements
from hardening.lab.reporting import silent
from hardening.model.result import Result


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A machine that has just these programs; `root` says who the user is."""

    def make(*programs: str, root: bool = False) -> Path:
        for name in programs:
            (tmp_path / name).write_text("")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(requirements, "_SEARCH", ())
        monkeypatch.setattr(requirements, "_KEYRING", tmp_path)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
        return tmp_path

    return make


def test_all_missing_packages_come_in_one_message_with_the_command(machine: Callable[..., Path]) -> None:
    machine("ssh", "ssh-keygen", "unshare", "setpriv", "mke2fs", "newuidmap", "apt-get")
    with pytest.raises(HardenError) as caught:
        requirements.require(install=False, report=silent)
    assert caught.value.message == "the lab needs: mmdebstrap qemu-system-x86 qemu-utils"
    command = "sudo apt-get install --no-install-recommends mmdebstrap qemu-system-x86 qemu-utils"
    assert command in caught.value.hint


def test_nothing_is_said_or_done_when_all_is_there(machine: Callable[..., Path]) -> None:
    machine(*requirements.PACKAGES, "newuidmap")
    said: list[str] = []
    requirements.require(install=True, report=said.append)
    assert said == []


def test_only_an_ordinary_user_needs_user_namespaces(machine: Callable[..., Path]) -> None:
    machine(*requirements.PACKAGES)
    assert requirements.missing_packages() == ("uidmap",)
    machine(*requirements.PACKAGES, root=True)
    assert requirements.missing_packages() == ()


@pytest.mark.parametrize(("root", "first"), [(True, "env"), (False, "sudo")])
def test_missing_packages_are_installed_by_root_or_through_sudo(
    machine: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, root: bool, first: str
) -> None:
    wanted = [name for name in requirements.PACKAGES if name != "mmdebstrap"]
    folder = machine(*wanted, "newuidmap", "apt-get", root=root)
    ran: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], *, timeout: float) -> Result:
        assert timeout > 0
        ran.append(argv)
        (folder / "mmdebstrap").write_text("")
        (folder / "mmdebstrap").chmod(0o755)
        return Result(argv, 0, b"", b"")

    monkeypatch.setattr(process, "run", run)
    requirements.require(install=not root, report=silent)
    assert [argv[0] for argv in ran] == [first, first]
    assert ran[1][-1] == "mmdebstrap"


def test_a_failed_installation_is_told(machine: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    machine("apt-get", root=True)
    monkeypatch.setattr(process, "run", lambda argv, **_: Result(argv, 100, b"", b"E: no network"))
    with pytest.raises(HardenError, match="E: no network"):
        requirements.require(install=False, report=silent)
