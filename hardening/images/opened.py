"""A finished image opened for reading: its files layer over layer, and what it starts."""

import functools
import hashlib
import itertools
import json
import posixpath
import re
import shlex
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec
from msgspec import Struct

from hardening.errors import HardenError

from .image import BuiltImage
from .store import BlobStore

_MAX_LINKS = 40
"""As many as the kernel follows before it says ELOOP."""
_GZIP, _DIGEST = b"\x1f\x8b", re.compile("[0-9a-f]{64}")
_PIECE = 1 << 20
_REMOVED, _EMPTIED = ".wh.", ".wh..wh..opq"
"""How a layer says that a file, or everything in a folder, of those below is gone."""


class _Healthcheck(Struct, frozen=True):
    test: tuple[str, ...] | None = msgspec.field(default=None, name="Test")


class ImageConfig(Struct, frozen=True, rename="pascal"):
    """The part of an image's configuration that says what runs."""

    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    healthcheck: _Healthcheck | None = None
    working_dir: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Everything on the command lines of entry point, command and health check."""
        lines = [*(self.entrypoint or ()), *(self.cmd or ())]
        test = list((self.healthcheck and self.healthcheck.test) or ())
        if test[:1] == ["CMD-SHELL"]:
            lines.append("/bin/sh")
        lines += test[1:]
        return tuple(word for line in lines for word in (line, *_split(line)))

    @property
    def started(self) -> tuple[str, ...]:
        """The programs themselves that entry point or command, and the health check, begin with."""
        lines = [self.entrypoint or self.cmd or ()]
        test = (self.healthcheck and self.healthcheck.test) or ()
        lines.append(test[1:] if test[:1] == ("CMD",) else ())
        return tuple(line[0] for line in lines if line)

    @property
    def library_folders(self) -> tuple[str, ...]:
        """Where the environment says to look for libraries first."""
        return self._folders("LD_LIBRARY_PATH")

    @property
    def program_folders(self) -> tuple[str, ...]:
        """Where the environment says to look for programs first."""
        return self._folders("PATH")

    def under(self, service: Mapping[str, Any]) -> "ImageConfig":
        """The same as a service's Compose definition changes it; an entry point leaves nothing of the command."""
        told: dict[str, Any] = {}
        if entrypoint := service.get("entrypoint"):
            told |= {"entrypoint": _line(entrypoint), "cmd": None}
        if command := service.get("command"):
            told["cmd"] = _line(command)
        health = service.get("healthcheck") or {}
        if test := health.get("test"):
            told["healthcheck"] = _Healthcheck(("CMD-SHELL", test) if isinstance(test, str) else _line(test))
        if health.get("disable"):
            told["healthcheck"] = None
        if folder := service.get("working_dir"):
            told["working_dir"] = str(folder)
        own = service.get("environment") or ()
        own = [f"{name}={value}" for name, value in own.items()] if isinstance(own, Mapping) else own
        return msgspec.structs.replace(self, env=(*(str(each) for each in own), *(self.env or ())), **told)

    def _folders(self, variable: str) -> tuple[str, ...]:
        paths = [each.partition("=")[2] for each in self.env or () if each.startswith(f"{variable}=")]
        return tuple(folder for path in paths for folder in path.split(":") if folder)


class Files(Protocol):
    """A root file system to read from; `hardening.confine.static.Root` says what each does."""

    def real(self, path: str) -> str | None:
        """Where a path leads."""
        ...

    def read(self, path: str) -> bytes:
        """Content of a file."""
        ...

    def paths(self) -> Iterable[str]:
        """All files."""
        ...


class _Saved(Struct, frozen=True, rename="pascal"):
    """An image in manifest.json."""

    config: str
    layers: tuple[str, ...]


class _RootFilesystem(Struct, frozen=True):
    diff_ids: tuple[str, ...] = ()


class _About(Struct, frozen=True):
    """An image's configuration."""

    config: ImageConfig | None = None
    rootfs: _RootFilesystem = _RootFilesystem()


class OpenedImage(Struct, frozen=True):
    """An image; `digest` is that of its manifest or, from an archive, the image's id."""

    digest: str
    config: ImageConfig
    files: Files


class Layers:
    """Regular files and links of layers laid over one another, read from their archives when they are asked for."""

    def __init__(self, layers: Iterable[tarfile.TarFile]) -> None:
        self._files: dict[str, tuple[tarfile.TarFile, tarfile.TarInfo]] = {}
        self._links: dict[str, str] = {}
        self._folders: set[str] = set()
        for layer in layers:
            self._lay(layer)

    def real(self, path: str) -> str | None:
        """The path of the regular file that `path` leads to, links followed inside the image only."""
        todo, done, passed = [part for part in path.split("/") if part], "/", 0
        while todo:
            here = posixpath.normpath(posixpath.join(done, todo.pop(0)))
            if here in self._links:
                passed += 1
                if passed > _MAX_LINKS:
                    return None
                target = posixpath.join(done, self._links[here])
                todo, done = [*(part for part in target.split("/") if part), *todo], "/"
            else:
                done = here
        return done if done in self._files else None

    def read(self, path: str) -> bytes:
        """Content of a regular file."""
        archive, member = self._files[path]
        content = archive.extractfile(member)
        return content.read() if content else b""

    def paths(self) -> list[str]:
        """All regular files, in order."""
        return sorted(self._files)

    def _lay(self, layer: tarfile.TarFile) -> None:
        for member in layer:
            path = posixpath.normpath("/" + member.name)
            folder, name = posixpath.split(path)
            if name == _EMPTIED:
                self._drop(folder, itself=False)
            elif name.startswith(_REMOVED):
                self._drop(posixpath.join(folder, name.removeprefix(_REMOVED)), itself=True)
            elif member.isdir():
                self._replace(path)
                self._folders.add(path)
            else:
                if path in self._folders:
                    self._folders.discard(path)
                    self._drop(path, itself=False)
                self._replace(path)
                if member.issym():
                    self._links[path] = member.linkname
                elif member.isfile() or member.islnk():
                    self._files[path] = (layer, member)

    def _replace(self, path: str) -> None:
        self._files.pop(path, None)
        self._links.pop(path, None)

    def _drop(self, path: str, *, itself: bool) -> None:
        """Forget what lies below a path, and perhaps the path."""
        if itself and (path in self._files or path in self._links):
            self._replace(path)
            return  # neither has anything below
        below = path.rstrip("/") + "/"
        self._files = {each: found for each, found in self._files.items() if not each.startswith(below)}
        self._links = {each: found for each, found in self._links.items() if not each.startswith(below)}


@contextmanager
def built(image: BuiltImage) -> Iterator[OpenedImage]:
    """An image that was built here."""
    store = BlobStore(image.layout)
    document = json.loads(store.path(image.config).read_bytes())
    with ExitStack() as stack:
        layers = [stack.enter_context(tarfile.open(store.path(layer), "r:*")) for layer in image.layers]
        yield OpenedImage(image.digest, msgspec.convert(document.get("config", {}), ImageConfig), Layers(layers))


@contextmanager
def saved(path: Path) -> Iterator[OpenedImage]:
    """An archive that `docker save` wrote, of one image.

    Raises:
        HardenError: it is none, or has more than one image.
    """
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(tarfile.open(path, "r:"))
            images = msgspec.json.decode(_member(archive, "manifest.json").read(), type=tuple[_Saved, ...])
            if len(images) != 1:
                raise HardenError(f"{path}: has {len(images)} images", "save one image at a time")
            about = msgspec.json.decode(_member(archive, images[0].config).read(), type=_About)
            _demand_whole(archive, images[0].layers, about.rootfs.diff_ids)
            layers = [
                stack.enter_context(tarfile.open(fileobj=_member(archive, name), mode="r:*"))
                for name in images[0].layers
            ]
            digest = "sha256:" + Path(images[0].config).name.removesuffix(".json")
            yield OpenedImage(digest, about.config or ImageConfig(), Layers(layers))
    except (tarfile.TarError, KeyError, ValueError, OSError, EOFError, zlib.error, RecursionError) as error:
        raise HardenError(
            f"{path}: is no archive of an image: {error}", "make one: docker save -o FILE IMAGE"
        ) from error


def _demand_whole(archive: tarfile.TarFile, layers: Sequence[str], diff_ids: Sequence[str]) -> None:
    """Hold each layer to its digest, which its name tells or, of one that is not packed, the configuration."""
    for index, name in enumerate(layers):
        content, digest = _member(archive, name), hashlib.sha256()
        begin = content.read(_PIECE)
        known = [Path(name).name] if _DIGEST.fullmatch(Path(name).name) else []
        if not known and not begin.startswith(_GZIP):
            known = [each.removeprefix("sha256:") for each in diff_ids[index : index + 1]]
        for piece in itertools.chain([begin], iter(functools.partial(content.read, _PIECE), b"")) if known else ():
            digest.update(piece)
        if known and digest.hexdigest() not in known:
            raise ValueError(f"{name} is damaged: its digest is another")


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


def _line(words: str | Sequence[object]) -> tuple[str, ...]:
    """A command line as Compose has it: a text, or words."""
    return tuple(_split(words) or [words]) if isinstance(words, str) else tuple(map(str, words))


def _split(line: str) -> list[str]:
    """Words of an argument that is a command line of its own, as behind `sh -c`."""
    try:
        return shlex.split(line) if " " in line else []
    except ValueError:
        return line.split()
