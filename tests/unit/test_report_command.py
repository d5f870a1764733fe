"""`harden report`, from the outside."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardening import history
from hardening.render import formats
from hardening.render.formats import Format
from tests.unit.render import reports
from tests.unit.test_audit_command import call

ORDINARY, CLEAN = reports.ordinary(), reports.clean()


@pytest.fixture
def ordinary(tmp_path: Path) -> Path:
    path = tmp_path / "ordinary.json"
    formats.write(ORDINARY, path)
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.json"
    formats.write(CLEAN, path)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    with history.open_store(str(folder)) as kept:
        for day in range(3):
            kept.keep(msgspec.structs.replace(ORDINARY, gathered_at=ORDINARY.gathered_at + day * 86400))
    return folder


def test_a_report_is_shown_again_and_in_other_forms(ordinary: Path, tmp_path: Path) -> None:
    result = call("report", "show", str(ordinary), "-o", str(tmp_path / "r.html"))
    assert (result.returncode, "Security audit of shop" in result.stdout) == (0, True)
    assert (tmp_path / "r.html").read_text() == formats.render(ORDINARY, Format.HTML)
    assert call("report", "show", str(ordinary), "--json").stdout == ordinary.read_text()


def test_two_reports_are_compared(ordinary: Path, clean: Path) -> None:
    worse = call("report", "diff", str(clean), str(ordinary))
    assert (worse.returncode, " new, 0 fixed" in worse.stdout) == (1, True)
    better = call("report", "diff", str(ordinary), str(clean))
    assert (better.returncode, "  0 new, " in better.stdout) == (0, True)
    assert json.loads(call("report", "diff", str(clean), str(clean), "--json").stdout)["new"] == []


def test_the_course_is_shown_and_drawn(store: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "t.svg", tmp_path / "t.html"
    words = [word for path in pictures for word in ("-o", str(path))]
    result = call("report", "trend", "--store", str(store), *words)
    assert result.returncode == 0
    assert [line[:10] for line in result.stdout.splitlines()[3:]] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert "<svg" in pictures[0].read_text()
    assert "<table>" in pictures[1].read_text()
    assert len(json.loads(call("report", "trend", "--store", str(store), "--json").stdout)["audits"]) == 3


def test_the_projects_store_is_looked_into(store: Path) -> None:
    (store.parent / "harden.yml").write_text("name: shop\nstacks: {}\nstore: kept\n")
    assert "of shop" in call("report", "trend", "--project", str(store.parent)).stdout


def test_what_is_no_report_is_told_beside_the_rest(store: Path) -> None:
    (store / "notes.json").write_text("{")
    result = call("report", "trend", "--store", str(store))
    assert (result.returncode, "2026-11-20" in result.stdout) == (1, True)
    assert result.stderr.startswith("notes.json: is no whole JSON document")


def test_counts_with_holes_are_not_taken_for_nothing_found(store: Path) -> None:
    document = json.loads(formats.render(ORDINARY, Format.JSON))
    document["summary"]["by_status"] = {}
    (store / "holes.json").write_text(json.dumps(document))
    result = call("report", "trend", "--store", str(store))
    assert (result.returncode, result.stderr) == (1, "holes.json: has no whole summary\n")


def test_of_several_projects_one_is_chosen(store: Path) -> None:
    with history.open_store(str(store)) as kept:
        kept.keep(msgspec.structs.replace(ORDINARY, project="other"))
    assert "choose: --of NAME" in call("report", "trend", "--store", str(store)).stderr
    assert "of other" in call("report", "trend", "--store", str(store), "--of", "other").stdout


BAD = {
    "no file": (("show", "/nowhere.json"), "/nowhere.json: cannot be read"),
    "no JSON": (("show", "CUT"), "is no whole JSON document"),
    "another version": (("show", "OLD"), "a report of version 99"),
    "another document": (("diff", "OTHER", "OTHER"), "is no report of an audit"),
    "a finding of no check": (("show", "ODD"), "has findings of a check it does not describe"),
    "a summary with holes": (("show", "HOLE"), "has no whole summary"),
    "a count below nothing": (("show", "LESS"), "has no whole summary"),
    "a check that is there twice": (("show", "TWICE"), "describes a check twice"),
    "a check whose id is no word": (("show", "MARKUP"), "is no report of an audit"),
    "a task without its layers": (("show", "BARE"), "does not tell every layer"),
    "a report that would be replaced": (("show", "FILE.json", "-o", "FILE.json"), "is what is read"),
    "a moment out of time": (("show", "LATE"), "is no report of an audit"),
    "a document without end": (("show", "DEEP"), "is nested too deep"),
    "a form that is none": (("show", "REPORT", "-o", "x.pdf"), "x.pdf: no report is written in that form"),
    "no store": (("trend",), "there is no store to look into"),
    "a store that is not there": (("trend", "--store", "/nowhere"), "/nowhere: no such folder"),
    "an empty store": (("trend", "--store", "FOLDER"), "the store holds no audit yet"),
    "a project that was never audited": (("trend", "--store", "KEPT", "--of", "x"), "holds no audit of `x`"),
    "a picture in no form": (("trend", "--store", "KEPT", "-o", "t.png"), "t.png: no picture is drawn in that form"),
    "an unwritable picture": (("trend", "--store", "KEPT", "-o", "/proc/t.svg"), "/proc/t.svg: cannot be written"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_2(
    ordinary: Path, store: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    text = ordinary.read_text()

    def changed(change: Callable[[Any], object]) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    made = {
        "CUT": text[:-200],
        "OLD": text.replace('"version": 1', '"version": 99'),
        "OTHER": '{"version": 1}',
        "ODD": text.replace('"check": "node-apparmor-active"', '"check": "nobody"', 1),
        "HOLE": text.replace('"manual": ', '"pass": ', 1),
        "LESS": text.replace('"waived": 0', '"waived": -1', 1),
        "TWICE": changed(lambda made: made["checks"].append(made["checks"][0])),
        "MARKUP": changed(lambda made: made["checks"][0].update(id="[/red]<b>")),
        "BARE": changed(lambda made: made["cluster"]["services"][0]["tasks"][0].update(layers={})),
        "FILE.json": text,
        "LATE": text.replace('"gathered_at": 1795000000.0', '"gathered_at": 1e300'),
        "DEEP": text.replace('"version": 1', '"version": 1, "more": ' + "[" * 100_000, 1),
    }
    for name, content in made.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "FOLDER").mkdir()
    places = {"REPORT": str(ordinary), "KEPT": str(store)} | {name: str(tmp_path / name) for name in (*made, "FOLDER")}
    result = call("report", *(places.get(word, word) for word in words))
    assert result.returncode == 2, result
    assert message in result.stderr.splitlines()[0]
    assert (result.stdout, "Traceback" in result.stderr) == ("", False)
