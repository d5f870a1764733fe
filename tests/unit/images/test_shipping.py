"""images.lock: references noted whole, beside those of other roles."""

from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images import write_lock
from hardening.project import locked_images


def test_what_is_written_is_what_a_project_reads(tmp_path: Path) -> None:
    lock = tmp_path / "images.lock"
    reference = f"node1:5000/nodepop/api@sha256:{'a' * 64}"
    write_lock(lock, {"api": reference})
    assert locked_images(lock) == {"api": reference}


def test_roles_that_were_not_pushed_keep_theirs(tmp_path: Path) -> None:
    lock = tmp_path / "images.lock"
    write_lock(lock, {"api": "r/api@1", "nginx": "r/nginx@1"})
    write_lock(lock, {"api": "r/api@2"})
    assert locked_images(lock) == {"api": "r/api@2", "nginx": "r/nginx@1"}
    assert [path.name for path in tmp_path.iterdir()] == ["images.lock"]


def test_a_lock_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    lock = tmp_path / "images.lock"
    lock.write_text("api: [1]\n")
    with pytest.raises(HardenError, match=r"images\.lock:1: `api`: expected text"):
        write_lock(lock, {"api": "r/api@1"})
    assert lock.read_text() == "api: [1]\n"
