"""NGINX's configuration taken apart into words, by the rules of its own reader (ngx_conf_file.c)."""

import re
from collections.abc import Iterator

from msgspec import Struct

from hardening.errors import HardenError

_BLANKS = " \t\r\n"
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FOREIGN_CODE = "_by_lua_block"
"""Ending of the directives whose block is a program in another language (OpenResty)."""


class Word(Struct, frozen=True):
    """A word or one of `;`, `{`, `}`. `quoted` tells a `";"` from the end of a directive."""

    text: str
    line: int
    quoted: bool = False


def words(file: str, text: str) -> Iterator[Word]:
    """Every word of a file, in order.

    Raises:
        HardenError: a quotation or a block of code does not end, or a word follows a quotation at once.
    """
    position = 0
    line = 1
    last = ""
    while position < len(text):
        letter = text[position]
        start = position
        if letter in _BLANKS:
            position += 1
        elif letter == "#":
            position = _end_of_line(text, position)
        elif letter == "{" and last.endswith(_FOREIGN_CODE):
            position = _end_of_code(file, text, position, line)
            yield Word(";", line)
        elif letter in ";{}":
            position += 1
            yield Word(letter, line)
        elif letter in "\"'":
            position = _end_of_quotation(file, text, position, line)
            last = _unescaped(text[start + 1 : position - 1])
            yield Word(last, line, quoted=True)
        else:
            position = _end_of_word(text, position)
            last = _unescaped(text[start:position])
            yield Word(last, line)
        line += text.count("\n", start, position)


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _end_of_word(text: str, position: int) -> int:
    """Where a bare word ends. `${name}` is part of it; a bracket that closes is, too."""
    while position < len(text) and text[position] not in _BLANKS + ";{":
        if text[position] == "\\" or text.startswith("${", position):
            position += 2
        else:
            position += 1
    return min(position, len(text))


def _end_of_quotation(file: str, text: str, position: int, line: int) -> int:
    mark = text[position]
    end = position + 1
    while end < len(text) and text[end] != mark:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise HardenError(f"{file}:{line}: a quotation does not end")
    if end + 1 < len(text) and text[end + 1] not in _BLANKS + ";{)":
        raise HardenError(f"{file}:{line}: {text[end + 1]!r} follows a quotation without a blank")
    return end + 1


def _end_of_code(file: str, text: str, position: int, line: int) -> int:
    """Past a block of code: its brackets are counted, which strings and comments with single ones would break."""
    depth = 0
    for end in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return end + 1
    raise HardenError(f"{file}:{line}: a block of code does not end")


def _unescaped(word: str) -> str:
    """A backslash before a quote, a backslash, t, r or n goes; before anything else it stays."""
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found.group(1), found.group(0)), word)
