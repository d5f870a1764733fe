"""Reports in a MongoDB of the user's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hardening.errors import HardenError
from hardening.hosts.archive import Archive, open_archive
from hardening.hosts.database import Secret
from hardening.model.entry import Entry, entry
from hardening.model.findings import REPORT_VERSION, Report
from hardening.render import document

from .store import History, Store, place


class DatabaseStore:
    """A stored file per report, with the report in short as its description."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def keep(self, report: Report) -> str:
        """See Store.keep."""
        text = document.render(report).encode()
        name = place(report, text)
        self._archive.put(name, text, msgspec.to_builtins(entry(report, name)))
        return f"{self._archive.name}/{name}"

    def history(self) -> History:
        """See Store.history."""
        found, unreadable = [], {}
        for name, description in self._archive.descriptions():
            try:
                short = msgspec.convert(description, Entry)
            except msgspec.ValidationError as error:
                unreadable[name] = f"is no report of an audit: {error}"
                continue
            if short.version == REPORT_VERSION:
                found.append(short)
            else:
                unreadable[name] = f"a report of version {short.version}; this program reads version {REPORT_VERSION}"
        return History(tuple(sorted(found, key=lambda each: each.gathered_at)), unreadable)


@contextmanager
def database_store(address: str, password_file: Path | None) -> Iterator[Store]:
    """A database that answers and lets its user in; see `store.open_store`."""
    password = _password(password_file) if password_file else None
    with open_archive(address, password) as archive:
        yield DatabaseStore(archive)


def _password(path: Path) -> Secret:
    try:
        content = path.read_bytes().removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:
        raise HardenError(f"{path}: the password cannot be read: {error.strerror}") from error
    if not content:
        raise HardenError(f"{path}: holds no password")
    return Secret(content)
