"""NGINX's effective configuration: what `nginx -T` prints inside the container, as a tree.

The parser is our own: the libraries for this read files from the disk of the machine they run on and follow `include`
there, while here the text comes from another machine, all files in one stream.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import msgspec

from hardening.errors import HardenError
from hardening.model.facts import ContainerFacts, Directive, NginxServer
from hardening.model.known import Known, Unavailable
from hardening.node.redaction import MARK, text

from .nginx_words import Word, words

PROGRAM = "nginx"
_DUMP, _VERSION = "nginx -T", "nginx -v"
QUESTIONS = (
    {"name": _DUMP, "program": PROGRAM, "arguments": ["-T"], "keep": ["-c", "-p"], "stream": "stdout"},
    {"name": _VERSION, "program": PROGRAM, "arguments": ["-v"], "keep": [], "stream": "stderr"},
)
"""Asked inside every container that runs NGINX; `keep` follows a server that was started with a file of its own."""
_AT = r"^(?:[^#\n]*[;{\s])?"
"""Where a directive may begin on a line; not after a `#`."""
LOOK = {
    "program": PROGRAM,
    "files": ["/run/nginx.pid", "/var/run/nginx.pid"],
    "question": _DUMP,
    "file_patterns": [
        r"^# configuration file (.+):$",
        _AT + r"pid\s+([^\s;]+)\s*;",
        _AT + r"(?:ssl|proxy_ssl|grpc_ssl|uwsgi_ssl)_certificate_key\s+([^\s;]+)\s*;",
    ],
    "certificate_patterns": [_AT + r"ssl_certificate\s+([^\s;]+)\s*;"],
    "name_patterns": [_AT + r"server_name\s+([^;]+);"],
    "endpoints": True,
}
"""Looked at inside every such container: files that the configuration names, and its TLS servers."""

_FILE = re.compile(r"^# configuration file (.+):$", re.MULTILINE)
_SECRET = re.compile(r"authorization|passw(or)?d|secret|token(?!s\b)|api[-_]?key|[-_]key\b", re.IGNORECASE)
_BY_VALUE = frozenset({"geo", "map"})
"""Blocks whose directives' names are values that a variable may have."""
_OPERATORS = frozenset({"=", "!=", "~", "~*", "!~", "!~*"})
_DEEPEST = 64
"""Nesting of blocks and includes; NGINX's own configurations stay below 8."""


def server(node: str, container: ContainerFacts) -> NginxServer | None:
    """What was learned from a container's answers; None when no NGINX runs in it."""
    if _DUMP not in container.answers:
        return None
    return NginxServer(
        service=container.service or container.inspect.name.lstrip("/"),
        node=node,
        container=container.inspect.id,
        version=_version(container.answers.get(_VERSION, Unavailable("was not asked"))),
        config=_config(container.answers[_DUMP]),
        inside=container.inside,
    )


def parse(dump: str) -> tuple[Directive, ...]:
    """Output of `nginx -T` -> the main file's directives, each `include` replaced by what it includes.

    Values that look like secrets (by their directive's or header's name) are replaced.

    Raises:
        HardenError: the text is not what NGINX prints, with file and line.
    """
    parts = _FILE.split(dump)
    names, texts = parts[1::2], parts[2::2]
    if not names:
        raise HardenError("nginx -T: printed no configuration file")
    # The header's own line end and the blank line that NGINX adds at the end are not the file's.
    files = {name: _Parser(name, text[1:]).directives() for name, text in zip(names, texts, strict=True)}
    tree = _Tree(names[0], files)
    directives = tuple(tree.spliced(files[names[0]]))
    if unused := sorted(files.keys() - tree.used - {names[0]}):
        raise HardenError(f"nginx -T: {unused[0]} is printed, but nothing includes it")
    return directives


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
    """Files of a dump, put together by their `include` directives; `used` are those that were included."""

    def __init__(self, main: str, files: dict[str, tuple[Directive, ...]]) -> None:
        self._folder = PurePosixPath(main).parent
        self._files = files
        self.used: set[str] = set()

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
        if not any(letter in pattern for letter in "*?["):
            if pattern not in self._files:
                raise HardenError(f"{include.file}:{include.line}: {pattern} is included, but was not printed")
            found = [pattern]
        else:
            found = sorted(name for name in self._files if PurePosixPath(name).match(pattern))
        self.used.update(found)
        return found


def _redacted(name: str, args: list[str]) -> tuple[str, ...]:
    """Arguments without what follows a name that promises a secret; variables and paths are none."""
    secret = False
    kept = []
    for word in [name, *args]:
        is_open = word.startswith(("$", "/")) or word in _OPERATORS
        kept.append(MARK if secret and not is_open else text(word))
        secret = secret or _SECRET.search(word) is not None
    return tuple(kept[1:])


def _version(answer: Known[str] | Unavailable) -> Known[str] | Unavailable:
    if isinstance(answer, Unavailable):
        return answer
    found = re.search(r"^nginx version: [^/\s]+/(\S+)", answer.value, re.MULTILINE)
    return Known(found.group(1)) if found else Unavailable(f"nginx -v told no version: {answer.value.strip()[:80]!r}")


def _config(answer: Known[str] | Unavailable) -> Known[tuple[Directive, ...]] | Unavailable:
    if isinstance(answer, Unavailable):
        return answer
    try:
        return Known(parse(answer.value))
    except HardenError as error:
        return Unavailable(error.message)
