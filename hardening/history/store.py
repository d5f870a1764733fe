"""Where reports are kept: a folder, or a database."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from hardening import outputs
from hardening.errors import HardenError
from hardening.model.entry import Entry
from hardening.model.findings import REPORT_VERSION, Report, Summary
from hardening.model.moment import Moment
from hardening.render import document

from .files import decoded, demand_whole

DATABASE_SCHEMES = ("mongodb://", "mongodb+srv://")
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z0-9+.-]*)(?P<mark>://|(?<=mongodb):|(?<=mongodb\+srv):)", re.IGNORECASE)
"""An address, even one with a slip in it; what stands beside its scheme may be a password, and is not repeated."""
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


class History(Struct, frozen=True):
    """What a store holds.

    Attributes:
        entries: the oldest first.
        unreadable: place -> why what is kept there is no report that this program reads.
    """

    entries: tuple[Entry, ...]
    unreadable: dict[str, str]


class Store(Protocol):
    """Keeps reports. Every method raises HardenError when the place cannot be reached or used."""

    def keep(self, report: Report) -> str:
        """Keep a report, once: the same report again changes nothing. Returns where it is."""
        ...

    def history(self) -> History:
        """Everything that was kept."""
        ...


def open_store(
    name: str, password_file: Path | None = None, *, for_reading: bool = False
) -> AbstractContextManager[Store]:
    """The store of that name, found to be usable.

    Args:
        name: a folder, made when it is missing; or a `mongodb://` address, without a password.
        password_file: holds the password of the address's user.
        for_reading: make nothing, and write nothing to try.

    Raises:
        HardenError: it cannot be used; an address is never repeated in it.
    """
    if name.startswith(DATABASE_SCHEMES):
        from .database import database_store  # noqa: PLC0415 - the driver is loaded only where it is used

        return database_store(name, password_file)
    if password_file:
        raise HardenError("a password file goes with a store that is a database", "a folder needs none")
    if like := _ADDRESS.search(name):
        hint = f"a folder, or {' or '.join(DATABASE_SCHEMES)}…"
        raise HardenError(f"no store is reached by {like['scheme']}{like['mark']}", hint)
    return _folder_store(Path(name), for_reading=for_reading)


def place(report: Report, text: bytes) -> str:
    """A name by which a report is kept: project, time, and a part of its hash."""
    project = _STRANGE.sub("-", report.project)[:60].strip("-.") or "audit"
    when = datetime.fromtimestamp(report.gathered_at, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{project}-{when}-{hashlib.sha256(text).hexdigest()[:8]}"


class FolderStore:
    """A file per report."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, report: Report) -> str:
        """See Store.keep."""
        text = document.render(report).encode()
        path = self._folder / f"{place(report, text)}.json"
        outputs.write(path, text)
        return str(path)

    def history(self) -> History:
        """See Store.history. Other files than `*.json` are nobody's business."""
        found, unreadable = [], {}
        try:
            paths = sorted(self._folder.glob("*.json"))
        except OSError as error:
            raise HardenError(f"{self._folder}: cannot be read: {error.strerror}") from error
        for path in paths:
            try:
                found.append(_in_short(path))
            except HardenError as error:
                unreadable[path.name] = error.message.removeprefix(f"{path}: ")
        return History(tuple(sorted(found, key=lambda each: each.gathered_at)), unreadable)


@contextmanager
def _folder_store(folder: Path, *, for_reading: bool) -> Iterator[Store]:
    if for_reading and not folder.is_dir():
        raise HardenError(f"{folder}: no such folder", "audits are kept there by: harden audit --store DIR")
    if not for_reading:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            hint = "the folder it lies in must exist"
            raise HardenError(f"{folder}: cannot be made: {error.strerror}", hint) from error
        outputs.check_writable((folder / "trial.json",))
    yield FolderStore(folder)


class _Short(Struct):
    version: int
    project: str
    gathered_at: Moment
    tool_version: str
    summary: Summary
    nodes: tuple[str, ...]
    unread_nodes: dict[str, str]


def _in_short(path: Path) -> Entry:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    short = decoded(text, str(path), _Short)
    if short.version != REPORT_VERSION:
        raise HardenError(f"{path}: a report of version {short.version}; this program reads version {REPORT_VERSION}")
    demand_whole(short.summary, str(path))
    return Entry(
        place=path.name,
        project=short.project,
        gathered_at=short.gathered_at,
        tool_version=short.tool_version,
        summary=short.summary,
        nodes=len(short.nodes),
        unread=len(short.unread_nodes),
    )
