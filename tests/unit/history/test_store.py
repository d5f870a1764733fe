"""Reports in a folder: kept once, listed in order, and what is no report is told."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hardening import history
from hardening.errors import HardenError
from hardening.model.findings import Report, Severity, Status
from hardening.render import document, trend, trend_picture
from tests.unit.render import reports
from tests.unit.render.test_forms import INVISIBLE

ORDINARY, HOSTILE = reports.ordinary(), reports.hostile()
DAY = 86400


def days_later(days: int, report: Report = ORDINARY) -> Report:
    return msgspec.structs.replace(report, gathered_at=report.gathered_at + days * DAY)


def test_reports_are_kept_and_come_back_in_order(tmp_path: Path) -> None:
    with history.open_store(str(tmp_path / "kept")) as store:
        for days in (3, 0, 1):
            store.keep(days_later(days))
        found = store.history()
    assert [entry.gathered_at for entry in found.entries] == [days_later(days).gathered_at for days in (0, 1, 3)]
    first = found.entries[0]
    assert (first.project, first.nodes, first.unread) == ("shop", 4, 1)
    assert first.failed == ORDINARY.summary.by_status[Status.FAIL] > 0
    assert first.failed_at(Severity.HIGH) == ORDINARY.summary.failed_by_severity[Severity.HIGH]
    assert not found.unreadable


def test_the_same_report_is_kept_once_and_whole(tmp_path: Path) -> None:
    with history.open_store(str(tmp_path)) as store:
        places = {store.keep(ORDINARY) for _ in range(2)}
    (path,) = tmp_path.iterdir()
    assert places == {str(path)}
    assert history.load(path) == ORDINARY
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_project_of_any_name_stays_in_the_folder(tmp_path: Path) -> None:
    with history.open_store(str(tmp_path / "kept")) as store:
        store.keep(msgspec.structs.replace(ORDINARY, project="../../etc/\x1b[31m passwd"))
        assert store.history().entries[0].project == "../../etc/\x1b[31m passwd"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_no_report_is_told_and_hides_nothing(tmp_path: Path) -> None:
    with history.open_store(str(tmp_path)) as store:
        store.keep(ORDINARY)
        (tmp_path / "cut.json").write_text(document.render(ORDINARY)[:-100])
        (tmp_path / "old.json").write_text(document.render(msgspec.structs.replace(ORDINARY, version=0)))
        (tmp_path / "notes.txt").write_text("not ours")
        found = store.history()
    assert len(found.entries) == 1
    assert sorted(found.unreadable) == ["cut.json", "old.json"]
    assert "version 0" in found.unreadable["old.json"]


NO_STORE: dict[str, Callable[[Path], str]] = {
    "below a file": lambda folder: str(folder / "file" / "kept"),
    "a file": lambda folder: str(folder / "file"),
    "in no folder": lambda folder: str(folder / "no" / "kept"),
    "another scheme": lambda _: "https://example.org/x",
}


@pytest.mark.parametrize("name", NO_STORE.values(), ids=NO_STORE)
def test_a_place_that_cannot_keep_reports_is_refused_before_the_audit(
    tmp_path: Path, name: Callable[[Path], str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HardenError), history.open_store(name(tmp_path)):
        pytest.fail("it opened")


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(HardenError), history.open_store(str(tmp_path / "kept"), for_reading=True):
        pytest.fail("it opened")
    assert not list(tmp_path.iterdir())


ADDRESSES = {
    "a password in it": ("mongodb://bob:hunter2@db/x", "holds a password"),
    "an address with a slip in it": ("mongodb:/bob:hunter2@db/x", "no store is reached by mongodb:"),
    "something before the scheme": ("bob:hunter2@mongodb://db/x", "no store is reached by mongodb://"),
    "an empty host": ("mongodb://", "cannot be understood"),
    "a broken password": ("mongodb://bob:hunter2:3@@db", "cannot be understood"),
    "another secret": ("mongodb://db/?tls=true&tlsCertificateKeyFilePassword=hunter2", "holds a secret"),
    "a session": ("mongodb://db/?authMechanismProperties=AWS_SESSION_TOKEN:hunter2", "holds a secret"),
    "a user without a password": ("mongodb://bob@db/x", "needs a password"),
    "a file that is not there": ("mongodb://db/?tls=true&tlsCAFile=/nowhere.pem", "/nowhere.pem"),
}


@pytest.mark.parametrize(("address", "says"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_is_refused_without_repeating_a_secret(address: str, says: str) -> None:
    with pytest.raises(HardenError) as error, history.open_store(address):
        pytest.fail("it opened")
    assert says in error.value.message
    assert "hunter2" not in f"{error.value.message} {error.value.hint}"


def test_a_password_file_must_hold_one(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for file in ("empty", "missing"):
        with pytest.raises(HardenError, match="password"), history.open_store("mongodb://b@db/x", tmp_path / file):
            pytest.fail("it opened")


def test_a_database_out_of_reach_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardening.hosts.archive.SECONDS", 1)
    with pytest.raises(HardenError, match=r"127\.0\.0\.1:1: the database cannot be reached") as error:  # noqa: SIM117 - one raises
        with history.open_store("mongodb://127.0.0.1:1/x"):
            pytest.fail("it opened")
    assert error.value.exit_code == 3


# --- how it is drawn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_the_course_is_drawn_whatever_there_is(tmp_path: Path, count: int) -> None:
    with history.open_store(str(tmp_path)) as store:
        for days in range(count):
            store.keep(days_later(days, HOSTILE))
        entries = store.history().entries
    for draw in (trend_picture.as_svg, trend_picture.as_html):
        text = draw(reports.HOSTILE, entries)
        assert not INVISIBLE.search(text)
        assert "<script" not in text
        assert "nan" not in text
    assert len(json.loads(trend.as_json("shop", entries, {}))["audits"]) == count
