"""Which form a file gets, and that it is written whole or not at all."""

import os
from pathlib import Path

import msgspec
import pytest

from hardening.errors import HardenError
from hardening.render import formats
from hardening.render.formats import Format
from tests.unit.render import reports

REPORT = reports.clean()


@pytest.mark.parametrize("form", Format)
def test_the_suffix_says_the_form(form: Format) -> None:
    assert formats.of_path(Path(f"a.b/report.{form.upper()}")) is form


@pytest.mark.parametrize("name", ["report", "report.txt", "report.", ".json"])
def test_another_suffix_is_refused_with_those_that_exist(name: str) -> None:
    with pytest.raises(HardenError) as error:
        formats.of_path(Path(name))
    assert ".json, .html, .md, .sarif, .xml, .oscal.json" in error.value.hint


def test_a_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    formats.write(REPORT, path)
    assert path.read_text().startswith("<!doctype html>")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_form_can_be_forced(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    formats.check_writable((path,), Format.JSON)
    formats.write(REPORT, path, Format.JSON)
    assert path.read_text().startswith("{")


@pytest.mark.parametrize("path", ["missing/report.json", "/proc/report.json"])
def test_a_file_that_cannot_be_written_is_found_out_before_the_work(tmp_path: Path, path: str) -> None:
    with pytest.raises(HardenError, match="cannot be written"):
        formats.check_writable((tmp_path / path,))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    with pytest.raises(HardenError, match="is a folder"):
        formats.check_writable((tmp_path / "r.json",))


def test_trying_leaves_nothing_behind_and_what_was_there_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    formats.check_writable((path,))
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HardenError, match="No space left"):
        formats.write(REPORT, path)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


def test_the_longest_suffix_decides() -> None:
    assert formats.of_path(Path("audit.oscal.json")) is Format.OSCAL
    assert formats.of_path(Path("oscal.json")) is Format.JSON


def test_several_files_are_written_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("report.json", "report.md", "report.xml")]
    formats.write_all(REPORT, paths)
    before = {path: path.read_text() for path in paths}
    stored = []

    def full_at_the_last(descriptor: int) -> None:
        stored.append(descriptor)
        if len(stored) == len(paths):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_at_the_last)
    with pytest.raises(HardenError, match=r"report\.xml: cannot be written: No space left"):
        formats.write_all(msgspec.structs.replace(REPORT, project="another"), paths)
    assert {path: path.read_text() for path in tmp_path.iterdir()} == before


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "latest.json"
    link.symlink_to("real/report.json")
    formats.check_writable((link,))
    formats.write(REPORT, link)
    assert link.is_symlink()
    assert (tmp_path / "real/report.json").read_text().startswith("{")


def test_a_file_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="is named twice"):
        formats.check_writable((tmp_path / "a.json", tmp_path / "x" / ".." / "a.json"))
