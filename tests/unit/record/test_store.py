from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hardening import record
from hardening.confine import recordings
from hardening.errors import FailedError, HardenError
from hardening.record.answer import Value
from tests.unit.record.test_recordings import GROUP, WEB, of

if TYPE_CHECKING:
    from collections.abc import Callable

    Edit = Callable[[dict[str, Any]], object]


def edited(tmp_path: Path, edit: Edit) -> Path:
    path = record.write(tmp_path, of())
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document, indent=1))
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = record.write(tmp_path, of())
    assert path == tmp_path / "web/recordings/load.json"
    assert recordings.read(path) == of()


def test_values_of_arguments_are_sealed_too(tmp_path: Path) -> None:
    values = (Value(GROUP, WEB, "socket", 2, 1, 5), Value(GROUP, WEB, "mmap", 5, 0, 3))
    path = record.write(tmp_path, of(values=values))
    assert recordings.read(path) == of(values=values)
    path.write_text(path.read_text().replace('"2": 5', '"2": 7'))
    with pytest.raises(HardenError, match="it was changed since it was recorded"):
        recordings.read(path)


def test_a_second_recording_of_a_scenario_takes_the_firsts_place(tmp_path: Path) -> None:
    record.write(tmp_path, of())
    path = record.write(tmp_path, of(kernel="7.0"))
    assert recordings.read(path).origin.kernel == "7.0"
    assert [each.name for each in path.parent.iterdir()] == ["load.json"]


def test_a_lossy_recording_is_not_written(tmp_path: Path) -> None:
    before = record.write(tmp_path, of()).read_bytes()
    with pytest.raises(FailedError, match="2 system calls and 0 uses of files were lost"):
        record.write(tmp_path, of(missed=2))
    assert (tmp_path / "web/recordings/load.json").read_bytes() == before


def test_a_recording_of_nothing_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="did nothing"):
        record.write(tmp_path, of(calls=()))


def test_every_cut_is_found_with_its_line(tmp_path: Path) -> None:
    path = record.write(tmp_path, of())
    whole = path.read_bytes().rstrip()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(HardenError, match=r"load\.json:\d+: not a whole JSON document"):
            recordings.read(path)


EDITS: dict[str, tuple[Edit, str]] = {
    "an unknown key": (lambda d: d.update(extra=1), "unknown field `extra`"),
    "a missing key": (lambda d: d.pop("programs"), "missing required field `programs`"),
    "a wrong type": (
        lambda d: d["programs"].update({"/x": {"read": "many"}}),
        r"programs\[\.\.\.\]\[\.\.\.\]: Expected `int`",
    ),
    "another version": (lambda d: d.update(version=2), "version 2 is not 1"),
    "another version in another form": (lambda d: d.update(version=2, lost=[]), "version 2 is not 1"),
    "another role": (lambda d: d.update(role="db"), "it is evidence for 'db'"),
    "another scenario": (lambda d: d.update(scenario="x"), "it is of 'x', and the file has another name"),
    "a loss": (lambda d: d["lost"].update(files=1), "the recorder lost 0 system calls and 1 file accesses"),
    "no programs": (lambda d: d.update(programs={}), "it has seen none"),
    "an invented call": (lambda d: d["programs"].update({"/x": {"reed": 1}}), "/x: `reed` is no Linux system call"),
    "a value that no register holds": (
        lambda d: d["arguments"].append({"call": "mmap", "values": {"2": -1}, "count": 1}),
        "'mmap' {2: -1} is no call with its values",
    ),
    "a count of nothing": (lambda d: d["programs"].update({"/x": {"read": 0}}), "/x: read: seen 0 times"),
    "no digest": (lambda d: d["origin"].update(image="latest"), "'latest' is no digest"),
    "a relative path": (lambda d: d["files"].append({"path": "x", "access": "r"}), "'x' 'r' is no use of a file"),
    "a call taken out": (lambda d: d["origin"].update(kernel="6.6"), "it was changed since it was recorded"),
    "no seal": (lambda d: d.update(seal=""), "it was changed since it was recorded"),
    "unknown letters": (lambda d: d["files"].append({"path": "/x", "access": "rz"}), "'/x' 'rz' is no use of a file"),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_no_recorder_writes_is_refused(name: str, tmp_path: Path) -> None:
    edit, message = EDITS[name]
    path = edited(tmp_path, edit)
    with pytest.raises(HardenError, match=rf"^{path}: .*{message}") as error:
        recordings.read(path)
    assert "record it again" in error.value.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"lost": {', b'"lost": {"syscalls": 5, "files": 1}, "lost": {'),
        (b'"read": 3', b'"write": 1, "read": 9, "read": 3'),
        (b'"files": [', b'"files": [{"path": "/x", "access": "r"}], "files": ['),
        (b'"syscalls": 0,', b""),
        (b'"refused": {},', b""),
        (b'"version": 1,', b""),
    ],
)
def test_a_key_that_stands_twice_or_is_taken_out_is_a_change(before: bytes, after: bytes, tmp_path: Path) -> None:
    path = record.write(tmp_path, of())
    text = path.read_bytes()
    assert before in text
    path.write_bytes(text.replace(before, after, 1))
    with pytest.raises(HardenError, match="it was changed since it was recorded"):
        recordings.read(path)


def test_blanks_and_line_ends_are_no_change(tmp_path: Path) -> None:
    path = record.write(tmp_path, of())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n  "))
    assert recordings.read(path) == of()


def test_a_call_without_a_name_here_is_kept_by_its_number(tmp_path: Path) -> None:
    made = of()
    newer = msgspec.structs.replace(made, programs={"/usr/sbin/web": {"number_999": 1}})
    assert recordings.read(record.write(tmp_path, newer)) == newer


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="cannot be read: No such file"):
        recordings.read(tmp_path / "none.json")
