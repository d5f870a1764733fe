"""Which files of an image come together when a program starts."""

import hashlib
import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

from msgspec import Struct

from hardening.errors import HardenError

from .binary import MAGIC
from .image import Root
from .scan import Scan, scan

_LIBRARY_FOLDERS = (
    *("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"),
    *("/usr/local/lib/x86_64-linux-gnu", "/usr/local/lib64", "/usr/local/lib"),
)
_PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_PLUGIN_FOLDERS = frozenset(
    {"gconv", "modules", "engines-3", "engines-1.1", "ossl-modules", "sasl2", "plugins", "lib-dynload"}
)
_PLUGIN_SUFFIXES, _PLUGIN_PREFIXES = (".node", ".abi3.so"), ("libnss_",)
_PYTHON_MODULE = ".cpython-"
"""Shared objects that are loaded by a name made at run time, told by where they lie or what they are called."""
_JAVA_LAUNCHER = "libjli.so"
"""The library by which `java` starts; all others of its machine lie around it."""
_LONGEST_SCRIPT = 1 << 20
"""Bytes above which only a script's interpreter counts: what follows is a program or an archive of its own."""
_READERS = frozenset({"sh", "ash", "bash", "dash", ".", "source"})
"""Words behind which a file is a script, whatever it begins with."""
_JOINED = re.compile(r"[=`${}:;&|<>()\"']+-?")
"""What may stand beside a name within a word, as in `JAVA=/opt/java`, `${JAVA:-/opt/java}` and `java;`."""


class Loaded(Struct, frozen=True):
    """One file of a running program.

    Attributes:
        path: in the image.
        plugin: whether it is loaded by name at run time: anything it exports may be called.
    """

    path: str
    scan: Scan
    plugin: bool = False


class Surroundings(Struct, frozen=True):
    """What an image, or the service that runs it, says beside its words.

    Attributes:
        libraries: folders where its environment has libraries looked for first.
        programs: the same for programs.
        folder: where its programs start; relative paths begin there.
        started: programs that its command lines begin with.
    """

    libraries: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    folder: str = ""
    started: tuple[str, ...] = ()


NOWHERE = Surroundings()


class Linker:
    """Finds the programs of an image and what they load. Notes in `missing` what is not there."""

    def __init__(self, root: Root, cache: Path | None = None, around: Surroundings = NOWHERE) -> None:
        self._root, self._cache = root, cache
        self._folders = (*around.libraries, *self._configured(), *_LIBRARY_FOLDERS)
        self._program_folders = (*around.programs, *_PROGRAM_FOLDERS)
        self._start = posixpath.join("/", around.folder)
        self._scans: dict[str, Scan | str] = {}
        self.digests: dict[str, str] = {}
        self.missing = {f"{word}, which is started" for word in around.started if not self._program(word)}

    def programs(self, words: Iterable[str]) -> list[str]:
        """ELF programs behind words of command lines: programs themselves, scripts' interpreters, what scripts name."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        todo = [each for word in words for each in (word, *_words(word))]  # a word may be a script, as behind `sh -c`
        known: dict[str, str | None] = {}
        before = ""
        while todo:
            word, reader = todo.pop(0), posixpath.basename(before)
            before = before if word.startswith("-") else word
            path = known[word] if word in known else known.setdefault(word, self._program(word))
            if path is None or path in seen:
                continue
            seen.add(path)
            content = self._root.read(path)
            if content.startswith(MAGIC):
                found[path] = None
                continue
            first, _, rest = content.decode("utf-8", "replace").partition("\n")
            readers = [reader]
            if content.startswith(b"#!"):
                readers = first[2:].split()
                todo += readers
            elif reader in _READERS:
                rest = f"{first}\n{rest}"
            else:
                continue
            of_shell = any(posixpath.basename(each) in _READERS for each in readers)
            todo += _words(rest, of_shell=of_shell) if len(content) < _LONGEST_SCRIPT else ()
        return list(found)

    def load(self, program: str) -> list[Loaded]:
        """A program, its loader and libraries in the order they are searched, and what it may load later.

        Raises:
            HardenError: the program's own code cannot be read.
        """
        if isinstance(found := self._scan(program), str):
            raise HardenError(
                f"{program}: {found}", "only x86-64 code is read; profiles build from recordings alone too"
            )
        loaded: dict[str, Loaded] = {}
        self._load(program, loaded, plugin=False)
        before = -1
        while before != len(loaded):
            before = len(loaded)
            mentioned = [(each, name) for each in loaded.values() for name in each.scan.mentioned]
            names = {name for _, name in mentioned}
            # By its own name a library is found as a needed one is: most often that is a link.
            linked = {self._library(name, each.scan.search, each.path) for each, name in mentioned}
            folders = [posixpath.dirname(path) for path in loaded if posixpath.basename(path) == _JAVA_LAUNCHER]
            java = tuple(folder.removesuffix("/jli") + "/" for folder in folders)
            for path in self._objects:
                if path not in loaded and (path in linked or path.startswith(java) or _is_plugin(path, names)):
                    self._load(path, loaded, plugin=True)
        return list(loaded.values())

    def _load(self, path: str, loaded: dict[str, Loaded], *, plugin: bool) -> None:
        todo = [(path, plugin)]
        while todo:
            path, plugin = todo.pop(0)
            if path in loaded:
                continue
            found = self._scan(path)
            if isinstance(found, str):
                self.missing.add(f"{path}: {found}")
                continue
            loaded[path] = Loaded(path, found, plugin)
            for name in (found.interpreter, *found.needed):
                library = self._library(name, found.search, path) if name else None
                if library:
                    todo.append((library, False))
                elif name:
                    self.missing.add(f"{name}, which {path} asks for")

    def _scan(self, path: str) -> Scan | str:
        if path not in self._scans:
            content = self._root.read(path)
            try:
                self._scans[path] = scan(content, self._cache)
                self.digests[path] = hashlib.sha256(content).hexdigest()
            except ValueError as error:
                self._scans[path] = str(error)
        return self._scans[path]

    def _library(self, name: str, search: Sequence[str], user: str) -> str | None:
        if "/" in name:
            return self._root.real(name)
        origin = posixpath.dirname(user)
        own = [part.replace("${ORIGIN}", origin).replace("$ORIGIN", origin) for part in search]
        places = (self._root.real(f"{folder}/{name}") for folder in (*own, *self._folders, origin))
        # Where no folder leads to it, a script's own variable may, or what loaded it under this name before.
        anywhere = (path for path in self._objects if posixpath.basename(path) == name)
        return next((place for place in chain(places, anywhere) if place), None)

    def _program(self, word: str) -> str | None:
        if "/" in word:
            return self._root.real(posixpath.join(self._start, word))
        if not word.strip(".-"):
            return None
        return next((real for each in self._program_folders if (real := self._root.real(f"{each}/{word}"))), None)

    @cached_property
    def _objects(self) -> list[str]:
        return [path for path in self._root.paths() if ".so" in posixpath.basename(path) or path.endswith(".node")]

    def _configured(self) -> list[str]:
        """Folders of /etc/ld.so.conf and the files beside it."""
        files = ["/etc/ld.so.conf", *(path for path in self._root.paths() if path.startswith("/etc/ld.so.conf.d/"))]
        texts = [self._root.read(real).decode("utf-8", "replace") for each in files if (real := self._root.real(each))]
        lines = (line.partition("#")[0].strip() for text in texts for line in text.splitlines())
        return [line for line in lines if line.startswith("/")]


def _is_plugin(path: str, mentioned: set[str]) -> bool:
    folder, name = posixpath.split(path)
    if name.endswith(_PLUGIN_SUFFIXES) or name.startswith(_PLUGIN_PREFIXES) or _PYTHON_MODULE in name:
        return True
    return posixpath.basename(folder) in _PLUGIN_FOLDERS or name in mentioned or path in mentioned


def _words(script: str, *, of_shell: bool = True) -> list[str]:
    """Words of a script's lines that could name a program; of a shell's, parts of words, too."""
    found = []
    for line in script.splitlines():
        if line.lstrip().startswith("#"):
            continue
        try:
            found += shlex.split(line)
        except ValueError:
            found += line.split()
    parts = [part for word in found for part in (word, *_JOINED.split(word))] if of_shell else found
    return [word for word in parts if word and not word.startswith("-")]
