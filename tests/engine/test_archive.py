"""Reports in a real database that wants a login: kept whole, listed in short, refused with a reason."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from hardening import history
from hardening.errors import Exit, HardenError
from hardening.images import programs
from hardening.images.recipe import load_commons, load_recipe
from hardening.images.tree import File
from hardening.render import document
from tests.engine.conftest import wait_until
from tests.unit.render import reports

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine

STACK = Path(__file__).parents[2] / "stack"
DOWNLOADS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harden/images"
PASSWORD = "correct horse"  # noqa: S105 - of a database that lives for a minute
REPORT = reports.surrounded()


class Database(NamedTuple):
    """A running mongod: where it listens, and a file with the password of its user `auditor`."""

    port: int
    password_file: Path

    @property
    def address(self) -> str:
        return f"mongodb://auditor@127.0.0.1:{self.port}/audits?authSource=admin"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    images = STACK / "images"
    recipe = load_recipe(images, "mongod", load_commons(images))
    try:
        entry = programs.gather(recipe, STACK, DOWNLOADS, print).get("/usr/bin/mongod")
    except HardenError as error:
        pytest.skip(f"ARCHIVE SKIPPED: {error.message}")
    assert isinstance(entry, File)
    folder = tmp_path_factory.mktemp("mongod")
    program = folder / "mongod"
    program.write_bytes(entry.content)
    program.chmod(0o700)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    (folder / "db").mkdir()
    argv = [
        program,
        "--auth",
        "--dbpath",
        folder / "db",
        "--port",
        str(port),
        "--bind_ip",
        "127.0.0.1",
        "--nounixsocket",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*map(str, argv)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        # Until there is a user, a client on loopback may make the first one, who makes the rest.
        with MongoClient[dict[str, object]]("127.0.0.1", port, serverSelectionTimeoutMS=1000) as client:
            wait_until(lambda: answers(client), "mongod to answer")
            client.admin.command("createUser", "maker", pwd=PASSWORD, roles=["userAdminAnyDatabase"])
        with MongoClient[dict[str, object]]("127.0.0.1", port, username="maker", password=PASSWORD) as client:
            roles = [{"role": "readWrite", "db": "audits"}]
            client.admin.command("createUser", "auditor", pwd=PASSWORD, roles=roles)
        password_file = folder / "password"
        password_file.write_text(PASSWORD + "\n")
        yield Database(port, password_file)
    finally:
        process.terminate()
        process.wait(60)


def answers(client: MongoClient[dict[str, object]]) -> bool:
    try:
        return bool(client.admin.command("ping"))
    except PyMongoError:
        return False


def test_a_report_is_kept_once_and_whole(database: Database) -> None:
    later = msgspec.structs.replace(REPORT, gathered_at=REPORT.gathered_at + 86400)
    with history.open_store(database.address, database.password_file) as store:
        places = [store.keep(report) for report in (later, REPORT, REPORT)]
        found = store.history()
    assert places[1] == places[2] != places[0]
    assert places[0].startswith(f"127.0.0.1:{database.port}/audits/")
    assert [entry.gathered_at for entry in found.entries] == [REPORT.gathered_at, later.gathered_at]
    assert found.entries[0].summary == REPORT.summary
    with MongoClient[dict[str, object]](
        "127.0.0.1", database.port, username="auditor", password=PASSWORD, authSource="admin"
    ) as client:
        chunks = list(client["audits"]["harden_reports.chunks"].find({"files_id": found.entries[0].place}))
    assert b"".join(bytes(chunk["data"]) for chunk in chunks) == document.render(REPORT).encode()  # type: ignore[call-overload]  # stored bytes


def test_what_is_no_report_is_told(database: Database) -> None:
    with MongoClient[dict[str, object]](
        "127.0.0.1", database.port, username="auditor", password=PASSWORD, authSource="admin"
    ) as client:
        client["audits"]["harden_reports.files"].insert_one({"_id": "notes", "metadata": {"project": 7}})
    with history.open_store(database.address, database.password_file) as store:
        assert "notes" in store.history().unreadable


def test_a_wrong_password_is_bad_input_and_not_repeated(database: Database, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("battery staple")
    with pytest.raises(HardenError, match="the database refused") as error:  # noqa: SIM117 - one raises
        with history.open_store(database.address, tmp_path / "password"):
            pytest.fail("it opened")
    assert error.value.exit_code is Exit.BAD_INPUT
    assert "battery" not in f"{error.value.message} {error.value.hint}"


def test_a_stranger_is_refused_before_the_audit(database: Database) -> None:
    with pytest.raises(HardenError, match="the database refused"):  # noqa: SIM117 - one raises
        with history.open_store(f"mongodb://127.0.0.1:{database.port}/audits"):
            pytest.fail("it opened")
