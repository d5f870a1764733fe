"""Debian package files, read as one file tree without unpacking them anywhere."""

import io
import lzma
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from hardening.errors import FailedError

from .tree import Entry, File, Folder, Link, Tree, absolute

_AR_MAGIC = b"!<arch>\n"
_AR_HEADER = 60


class PackagePool:
    """All files of a set of packages. Contents are read when asked for; use it as a context manager.

    Attributes:
        index: the whole tree, where files stand without their content.
        owner: path of a file or link -> package's name.
    """

    def __init__(self, debs: Iterable[Path]) -> None:
        self.index = Tree()
        self.owner: dict[str, str] = {}
        self.control: dict[str, bytes] = {}
        self._open = ExitStack()
        self._members: dict[str, tuple[tarfile.TarFile, tarfile.TarInfo]] = {}
        for deb in debs:
            self._add(deb)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop the unpacked archives."""
        self._open.close()

    def read(self, path: str) -> Entry:
        """The entry at a path of the index, with its content."""
        entry = self.index.get(path)
        if not isinstance(entry, File):
            return entry or Folder()
        archive, member = self._members[path]
        content = archive.extractfile(member)
        return File(content.read() if content else b"", entry.mode)

    def _add(self, deb: Path) -> None:
        parts = dict(_ar_members(deb))
        control = next(name for name in parts if name.startswith("control.tar"))
        data = next(name for name in parts if name.startswith("data.tar"))
        with tarfile.open(fileobj=_decompressed(deb, control, parts[control])) as archive:
            stanza = archive.extractfile("./control")
            text = stanza.read() if stanza else b""
        name = _field(text, "Package")
        self.control[name] = text
        opened = tarfile.open(fileobj=self._open.enter_context(_decompressed(deb, data, parts[data])))  # noqa: SIM115 - closed with the pool
        for member in self._open.enter_context(opened):
            self._add_member(name, opened, member)

    def _add_member(self, package: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = absolute(member.name)
        if member.isdir():
            if path not in self.index:
                self.index.add(path, Folder(member.mode))
        elif member.issym():
            self.index.add(path, Link(member.linkname))
            self.owner[path] = package
        elif member.isfile() or member.islnk():
            self.index.add(path, File(b"", member.mode))
            self.owner[path] = package
            # extractfile() follows a hard link to the member that has the content.
            self._members[path] = (archive, member)


def _ar_members(deb: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Name -> offset and size of each member of an `ar` archive."""
    with deb.open("rb") as file:
        if file.read(len(_AR_MAGIC)) != _AR_MAGIC:
            raise FailedError(f"{deb} is not a Debian package", "remove it and build again")
        while len(header := file.read(_AR_HEADER)) == _AR_HEADER:
            name, size = header[:16].decode().rstrip(" /"), int(header[48:58])
            yield name, (file.tell(), size)
            file.seek(size + size % 2, io.SEEK_CUR)


def _decompressed(deb: Path, name: str, place: tuple[int, int]) -> IO[bytes]:
    offset, size = place
    with deb.open("rb") as file:
        file.seek(offset)
        packed = file.read(size)
    if name.endswith(".xz"):
        packed = lzma.decompress(packed)
    elif not name.endswith(".tar"):
        raise FailedError(f"{deb}: {name} is compressed in a way this program does not read")
    opened = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    opened.write(packed)
    opened.seek(0)
    return opened


def _field(stanza: bytes, name: str) -> str:
    prefix = f"{name}: "
    lines = stanza.decode().splitlines()
    return next(line.removeprefix(prefix) for line in lines if line.startswith(prefix))
