"""Where the lab keeps things."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.lab import paths

DEEP = Path("/home/someone") / "/".join(["a rather long folder name"] * 6)


@pytest.mark.parametrize(
    ("variables", "cache", "lab"),
    [
        ({}, "/home/u/.cache/harden", "/home/u/.local/state/harden/lab"),
        ({"XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/harden", "/s/harden/lab"),
        (
            {"XDG_CACHE_HOME": "relative", "XDG_STATE_HOME": "x"},
            "/home/u/.cache/harden",
            "/home/u/.local/state/harden/lab",
        ),
        ({"HARDEN_LAB_DIR": "/mine"}, "/home/u/.cache/harden", "/mine"),
    ],
)
def test_folders_follow_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], cache: str, lab: str
) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "HARDEN_LAB_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/u", **variables}.items():
        monkeypatch.setenv(name, value)
    assert (str(paths.cache_directory()), str(paths.lab_directory())) == (cache, lab)


def test_sockets_have_short_paths_however_deep_the_lab_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = paths.runtime_directory(DEEP)
    assert len(str(folder.name)) < 40
    assert folder.stat().st_mode & 0o777 == 0o700
    assert paths.runtime_directory(DEEP) == folder
    assert paths.runtime_directory(DEEP / "b") != folder


@pytest.mark.parametrize("prepare", ["open", "link"])
def test_a_socket_folder_that_others_can_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = paths.runtime_directory(DEEP)
    if prepare == "open":
        folder.chmod(0o755)
    else:
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HardenError, match="not a private folder"):
        paths.runtime_directory(DEEP)
