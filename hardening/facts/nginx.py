"""NGINX's configuration: the files in its container, put together by their `include`, as a tree.

The parser is our own: the libraries for this read files from the disk of the machine they run on and follow `include`
there, while here the text comes from another machine, all files in one stream.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

import msgspec

from hardening.errors import HardenError
from hardening.model.facts import ContainerFacts, Directive, NginxServer
from hardening.model.known import Known, Unavailable
from hardening.node.redaction import MARK, text

from .nginx_words import Word, words

PROGRAM = "nginx"
_DUMP, _VERSION = "configuration", "version"
_AT = r"^(?:[^#\n]*[;{\s])?"
"""Where a directive may begin on a line; not after a `#`."""
LOOK = {
    "program": PROGRAM,
    "marks": {_VERSION: r"nginx version: [^/\s]+/([^\0\s]+)"},
    "configuration": {
        "file": {"option": "-c", "built": r"--conf-path='?([^\s']+)", "default": "conf/nginx.conf"},
        "folder": {"option": "-p", "built": r"--prefix='?([^\s']+)", "default": "/usr/local/nginx"},
        "built": r"configure arguments:([^\0\n]*)",
        "include": r"(?<![^\s;{}])include\s+([^\s;][^;]*);",
        "comment": r"(?m)(?:^|(?<=[\s;{}]))#.*$",
    },
    "files": ["/run/nginx.pid", "/var/run/nginx.pid"],
    "file_patterns": [
        _AT + r"pid\s+([^\s;]+)\s*;",
        _AT + r"(?:ssl|proxy_ssl|grpc_ssl|uwsgi_ssl)_certificate_key\s+([^\s;]+)\s*;",
    ],
    "certificate_patterns": [_AT + r"ssl_certificate\s+([^\s;]+)\s*;"],
    "name_patterns": [_AT + r"server_name\s+([^;]+);"],
    "endpoints": True,
}
"""Looked at inside every such container: its configuration, files that this names, and its TLS servers. Version and
places of an NGINX are texts in its program, which `nginx -V` would print."""

_SECRET = re.compile(r"authorization|passw(or)?d|secret|token(?!s\b)|api[-_]?key|[-_]key\b", re.IGNORECASE)
_BY_VALUE = frozenset({"geo", "map"})
"""Blocks whose directives' names are values that a variable may have."""
_OPERATORS = frozenset({"=", "!=", "~", "~*", "!~", "!~*"})
_DEEPEST = 64
"""Nesting of blocks and includes; NGINX's own configurations stay below 8."""


def server(node: str, container: ContainerFacts) -> NginxServer | None:
    """What was learned from a container's files; None when no NGINX runs in it."""
    if not container.runs(PROGRAM):
        return None
    gap = container.inside if isinstance(container.inside, Unavailable) else Unavailable("was not asked")
    return NginxServer(
        service=container.service or container.inspect.name.lstrip("/"),
        node=node,
        container=container.inspect.id,
        version=container.texts.get(_VERSION, gap),
        config=_config(container.texts.get(_DUMP, gap)),
        inside=container.inside,
    )


def parse(text: str) -> tuple[Directive, ...]:
    """A configuration -> the main file's directives, each `include` replaced by what it includes.

    Values that look like secrets (by their directive's or header's name) are replaced.

    Args:
        text: as `node/configured.py` tells it.

    Raises:
        HardenError: the text is no NGINX's, with file and line.
    """
    try:
        told = msgspec.json.decode(text, type=_Configuration)
    except msgspec.DecodeError as error:
        raise HardenError(f"the configuration makes no sense: {error}") from error
    if not told.files:
        raise HardenError("there is no configuration file")
    files = {name: _Parser(name, text).directives() for name, text in told.files.items()}
    main = next(iter(files))
    return tuple(_Tree(main, files, told.included).spliced(files[main]))


class _Configuration(msgspec.Struct):
    """Path -> text, the main file first; patterns of the includes that were followed."""

    files: dict[str, str]
    included: frozenset[str] = frozenset()


class _Parser:
    """One file's words as directives. Blocks are kept on a list of our own, so depth cannot exhaust the stack."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._words = words(file, text)

    def directives(self) -> tuple[Directive, ...]:
        open_blocks: list[tuple[list[Word], list[Directive]]] = [([], [])]
        sentence: list[Word] = []
        for word in self._words:
            if word.quoted or word.text not in {";", "{", "}"}:
                sentence.append(word)
            elif word.text == ";":
                open_blocks[-1][1].append(self._directive(sentence, word, None))
                sentence = []
            elif word.text == "{":
                if len(open_blocks) > _DEEPEST:
                    raise self._error(word.line, "blocks are nested too deep")
                open_blocks.append((sentence, []))
                sentence = []
            else:
                if sentence:
                    raise self._error(word.line, f"{sentence[-1].text!r} is not ended by a semicolon")
                head, block = open_blocks.pop()
                if not open_blocks:
                    raise self._error(word.line, "a block ends that never began")
                open_blocks[-1][1].append(self._directive(head, word, tuple(block)))
        if sentence or len(open_blocks) > 1:
            line = (sentence or open_blocks[-1][0])[0].line
            raise self._error(line, "the file ends before the directive does")
        return tuple(open_blocks[0][1])

    def _directive(self, sentence: list[Word], end: Word, block: tuple[Directive, ...] | None) -> Directive:
        if not sentence:
            raise self._error(end.line, f"{end.text!r} without a directive before it")
        name, *args = (word.text for word in sentence)
        kept = _redacted(name, args)
        if name in _BY_VALUE and _SECRET.search(" ".join(args)):
            block = tuple(msgspec.structs.replace(each, name=MARK, args=(MARK,)) for each in block or ())
        return Directive(name, kept, self._file, sentence[0].line, block)

    def _error(self, line: int, message: str) -> HardenError:
        return HardenError(f"{self._file}:{line}: {message}")


class _Tree:
    """Files of a configuration, put together by their `include` directives."""

    def __init__(self, main: str, files: dict[str, tuple[Directive, ...]], included: AbstractSet[str]) -> None:
        self._folder = PurePosixPath(main).parent
        self._files = files
        self._included = included

    def spliced(self, directives: Sequence[Directive], depth: int = 0) -> Iterator[Directive]:
        for directive in directives:
            if depth > _DEEPEST:
                raise HardenError(f"{directive.file}:{directive.line}: includes are nested too deep")
            if directive.name == "include" and directive.args and directive.block is None:
                for name in self._matching(directive):
                    yield from self.spliced(self._files[name], depth + 1)
            elif directive.block:
                yield msgspec.structs.replace(directive, block=tuple(self.spliced(directive.block, depth + 1)))
            else:
                yield directive

    def _matching(self, include: Directive) -> list[str]:
        pattern = str(self._folder / include.args[0])
        if pattern not in {str(PurePosixPath(each)) for each in self._included}:
            raise HardenError(f"{include.file}:{include.line}: {pattern} is included, but was not followed")
        if any(letter in pattern for letter in "*?["):
            return sorted(name for name in self._files if PurePosixPath(name).match(pattern))
        if pattern not in self._files:
            raise HardenError(f"{include.file}:{include.line}: {pattern} is included, but is not there")
        return [pattern]


def _redacted(name: str, args: list[str]) -> tuple[str, ...]:
    """Arguments without what follows a name that promises a secret; variables and paths are none."""
    secret = False
    kept = []
    for word in [name, *args]:
        is_open = word.startswith(("$", "/")) or word in _OPERATORS
        kept.append(MARK if secret and not is_open else text(word))
        secret = secret or _SECRET.search(word) is not None
    return tuple(kept[1:])


def _config(answer: Known[str] | Unavailable) -> Known[tuple[Directive, ...]] | Unavailable:
    if isinstance(answer, Unavailable):
        return answer
    try:
        return Known(parse(answer.value))
    except HardenError as error:
        return Unavailable(error.message)
