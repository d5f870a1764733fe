"""Blobs by digest, as an OCI image layout, and the deterministic tar files that layers are."""

import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from .image import Blob, BuiltImage
from .tree import Entry, File, Folder, Link, Tree

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
"""As layers are kept here, where they are read at random."""
PACKED_TYPE = f"{LAYER_TYPE}+gzip"
"""As layers are sent. A third of the bytes: to an emulated machine each costs TLS, a digest and a write to disk."""

_LEVEL = 3
"""Of gzip's nine. mongod: 38 MB of 105 in 2.3 s; the usual sixth makes it 36 in 4.8 s."""
_PIECE = 1 << 20

_UNUSED_SECONDS = 14 * 86400
_ABANDONED_SECONDS = 3600
"""A file that is still being written is younger."""
_REF_NAME = "org.opencontainers.image.ref.name"


class IndexEntry(Struct, frozen=True, rename="camel"):
    """An image in index.json."""

    media_type: str
    digest: str
    size: int
    annotations: dict[str, str]

    @property
    def role(self) -> str:
        """Which image it is."""
        return self.annotations.get(_REF_NAME, "")


class _Index(Struct, frozen=True, rename="camel"):
    manifests: tuple[IndexEntry, ...]
    schema_version: int = 2
    media_type: str = INDEX_TYPE


class BlobStore:
    """An OCI image layout in a folder; safe to read while another process adds to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = folder / "blobs" / "sha256"
        self._blobs.mkdir(parents=True, exist_ok=True)
        (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')

    def path(self, blob: Blob) -> Path:
        """Where a blob's bytes are."""
        return self._blobs / blob.digest.removeprefix("sha256:")

    def has(self, blob: Blob) -> bool:
        """Whether the blob is there; if so, it counts as used now."""
        path = self.path(blob)
        if not path.is_file() or path.stat().st_size != blob.size:
            return False
        os.utime(path)
        return True

    def kept(self, digest: str, media_type: str) -> Blob | None:
        """The blob of a digest; None when it is not here."""
        path = self._blobs / digest.removeprefix("sha256:")
        return Blob(media_type, digest, path.stat().st_size) if path.is_file() else None

    def put(self, content: bytes, media_type: str) -> Blob:
        """Keep some bytes."""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            file.write(content)
        return self._keep(Path(file.name), hashlib.sha256(content).hexdigest(), media_type)

    def put_layer(self, tree: Tree) -> Blob:
        """Write a tree as an uncompressed layer."""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            write_tar(tree, file)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self._keep(Path(file.name), digest, LAYER_TYPE)

    def packed(self, layer: Blob) -> Blob:
        """The compressed form of a layer that is here; made once."""
        note = self.folder / "packed" / f"{layer.digest.removeprefix('sha256:')}.json"
        if note.is_file():
            os.utime(note)
            made = msgspec.json.decode(note.read_bytes(), type=Blob)
            if self.has(made):
                return made
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            # Neither name nor time, so that equal layers are equal when packed.
            with (
                gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0) as packing,
                self.path(layer).open("rb") as plain,
            ):
                shutil.copyfileobj(plain, packing, _PIECE)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        made = self._keep(Path(file.name), digest, PACKED_TYPE)
        note.parent.mkdir(exist_ok=True)
        self._write(note, msgspec.json.encode(made))
        return made

    def read_layer(self, blob: Blob, under: str) -> Tree:
        """What a layer has at and below a path."""
        tree = Tree()
        with tarfile.open(self.path(blob), "r:") as archive:
            for member in archive:
                if f"/{member.name}/".startswith(under.rstrip("/") + "/"):
                    tree.add("/" + member.name, _entry(archive, member))
        return tree

    def record(self, images: list[BuiltImage]) -> None:
        """Name images in index.json, beside those of other roles, and drop blobs nobody used for two weeks."""
        kept = {entry.role: entry for entry in self.index()}
        kept |= {image.role: _index_entry(image) for image in images}
        index = _Index(tuple(entry for _, entry in sorted(kept.items())))
        self._write(self.folder / "index.json", msgspec.json.encode(index))
        self._drop_unused()

    def index(self) -> tuple[IndexEntry, ...]:
        """The images that are here."""
        file = self.folder / "index.json"
        if not file.is_file():
            return ()
        entries = msgspec.json.decode(file.read_bytes(), type=_Index).manifests
        return tuple(entry for entry in entries if (self._blobs / entry.digest.removeprefix("sha256:")).is_file())

    def _keep(self, written: Path, digest: str, media_type: str) -> Blob:
        blob = Blob(media_type, f"sha256:{digest}", written.stat().st_size)
        written.chmod(0o644)
        written.replace(self.path(blob))
        return blob

    def _write(self, path: Path, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)

    def _drop_unused(self) -> None:
        now = time.time()
        for paths, limit in (
            (self._blobs.iterdir(), _UNUSED_SECONDS),
            (self.folder.glob("packed/*"), _UNUSED_SECONDS),
            (self.folder.glob(".new-*"), _ABANDONED_SECONDS),
        ):
            for path in paths:
                if now - path.stat().st_mtime > limit:
                    path.unlink(missing_ok=True)


def write_tar(tree: Tree, out: IO[bytes]) -> None:
    """Write a tree as a tar file whose bytes depend on nothing but the tree."""
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path, entry in tree:
            archive.addfile(_member(path, entry), BytesIO(entry.content) if isinstance(entry, File) else None)


def _member(path: str, entry: Entry) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path.lstrip("/"))
    member.uid, member.gid = entry.uid, entry.gid
    match entry:
        case Folder(mode=mode):
            member.type, member.mode = tarfile.DIRTYPE, mode
        case Link(target=target):
            member.type, member.mode, member.linkname = tarfile.SYMTYPE, 0o777, target
        case File(content=content, mode=mode):
            member.size, member.mode, member.mtime = len(content), mode, _time(content)
    return member


def _time(content: bytes) -> int:
    """A modification time that is a matter of content: seconds within the first half of 1970.

    Web servers make entity tags of time and size. With one time for all files a browser would keep an old page whose
    size is that of the new one.
    """
    return int.from_bytes(hashlib.sha256(content).digest()[:3])


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    if member.isdir():
        return Folder(member.mode, member.uid, member.gid)
    if member.issym():
        return Link(member.linkname, member.uid, member.gid)
    content = archive.extractfile(member)
    return File(content.read() if content else b"", member.mode, member.uid, member.gid)


def _index_entry(image: BuiltImage) -> IndexEntry:
    return IndexEntry(image.manifest.media_type, image.digest, image.manifest.size, {_REF_NAME: image.role})
