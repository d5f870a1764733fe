"""What goes into the guests' disk image."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from hardening.lab import image


def members() -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(image._rootfs())) as tar:  # noqa: SLF001 - the archive is the input of the hash
        return {member.name: member for member in tar}


def test_the_files_are_roots_and_the_same_wherever_they_are_packed() -> None:
    packed = members()
    assert packed
    assert {(member.uid, member.gid, member.mtime) for member in packed.values()} == {(0, 0, 0)}
    assert image._rootfs() == image._rootfs()  # noqa: SLF001


def test_only_scripts_are_executable() -> None:
    executable = [name for name, member in members().items() if member.isfile() and member.mode & 0o111]
    assert executable == ["etc/initramfs-tools/hooks/lab"]


def test_the_hash_follows_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = image._hash(b"files")  # noqa: SLF001 - the name of the cached folder
    assert image._hash(b"files") == before  # noqa: SLF001
    assert image._hash(b"other files") != before  # noqa: SLF001
    monkeypatch.setattr(image, "PACKAGES", (*image.PACKAGES, "nano"))
    assert image._hash(b"files") != before  # noqa: SLF001


def test_building_ends_with_the_process_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    argv = image._argv(Path("/w"), Path("/w/image"))  # noqa: SLF001
    assert argv[:3] == ("setpriv", "--pdeathsig", "KILL")
    assert "--kill-child" in argv


@pytest.mark.parametrize(("user", "mapped"), [(0, False), (1000, True)])
def test_an_ordinary_user_builds_in_a_user_namespace(monkeypatch: pytest.MonkeyPatch, user: int, mapped: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--map-auto" in image._argv(Path("/w"), Path("/w/image"))) == mapped  # noqa: SLF001


def test_the_first_error_of_a_build_is_told() -> None:
    stderr = b"I: fine\nE: Unable to locate package x\nE: mmdebstrap failed to run\n"
    assert image._reason(stderr, "exit code 1") == "E: Unable to locate package x"  # noqa: SLF001
    assert image._reason(b"I: fine\n", "exit code 1") == "exit code 1"  # noqa: SLF001
