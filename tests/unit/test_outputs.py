"""Files for the user: all of them or none, whatever is in the way."""

from pathlib import Path

import pytest

from hardening import outputs
from hardening.errors import HardenError


def test_files_take_the_place_of_what_was_there_and_leave_nothing_beside_it(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    outputs.write_all({old: b"after", new: b"made"})
    assert (old.read_text(), new.read_text()) == ("after", "made")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new", "old"]
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_shared_files_keep_their_mode_or_everybody_may_read_them(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    old.chmod(0o640)
    outputs.write_all({old: b"after", new: b"made"}, shared=True)
    assert [each.stat().st_mode & 0o777 for each in (old, new)] == [0o640, 0o644]


def test_where_one_cannot_be_put_in_its_place_the_others_are_taken_back(tmp_path: Path) -> None:
    old, new, folder = tmp_path / "old", tmp_path / "new", tmp_path / "folder"
    old.write_text("before")
    (folder / "full").mkdir(parents=True)
    stored = {path: outputs._beside(path, b"after") for path in (old, new, folder)}  # noqa: SLF001 - what happens between
    with pytest.raises(HardenError, match=f"{folder}: cannot be written"):
        outputs._put(stored)  # noqa: SLF001 - as above
    for left in stored.values():
        left.unlink(missing_ok=True)
    assert old.read_text() == "before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "old"]


def test_a_file_is_replaced_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    test_files_take_the_place_of_what_was_there_and_leave_nothing_beside_it(tmp_path)


def test_what_is_mounted_by_itself_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    monkeypatch.setattr(outputs, "_mount_points", lambda: {str(path)})
    with pytest.raises(HardenError, match="is mounted by itself"):
        outputs.check_writable((path,))


@pytest.mark.parametrize("name", ["circle", "n" * 300])
def test_a_name_that_cannot_be_looked_up_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(HardenError, match="cannot be written: "):
        outputs.check_writable((tmp_path / name,))


def test_the_kernel_tells_mount_points() -> None:
    assert "/" in outputs._mount_points()  # noqa: SLF001 - its own table
