"""Which compiler makes the probe, and what is said where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardening.drill import native
from hardening.errors import FailedError, HardenError


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _compiler(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_where_one_compiler_lacks_something_the_next_is_tried(tools: Path, tmp_path: Path) -> None:
    _compiler(tools, "cc", "echo 'cannot find -lc' >&2; exit 1")
    _compiler(tools, "gcc", 'while [ "$1" != -o ]; do shift; done; echo made > "$2"')
    assert native.probe(tmp_path / "cache") == b"made\n"


def test_where_none_compiles_the_first_ones_complaint_is_told(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="needs a C compiler"):
        native.probe(tmp_path / "cache")
    _compiler(tools, "gcc", "echo 'cannot find -lc' >&2; exit 1")
    with pytest.raises(FailedError, match="gcc does not compile the probe: cannot find -lc"):
        native.probe(tmp_path / "cache")
