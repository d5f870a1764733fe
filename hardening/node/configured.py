"""What a program's own files say: how it was built, and its configuration with all that this includes.

Nothing is started for that, neither here nor in a container. Part of node programs.
"""

from __future__ import annotations

import glob
import os
import re

from hardening.node.fact import NotReadable, regular_text
from hardening.node.process import command_line

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

_PROGRAM_LIMIT = 64 << 20
_TEXT_LIMIT = 4 << 20
_MOST_FILES = 300
_MAGIC = re.compile(r"[*?[]")


def built_in(pid: int, marks: dict[str, str]) -> dict[str, str]:
    """What patterns find in the file of a running program: name of the pattern -> its first group.

    Raises:
        NotReadable: the file is larger than any program that is meant.
    """
    with open(f"/proc/{pid}/exe", "rb") as file:
        if os.fstat(file.fileno()).st_size > _PROGRAM_LIMIT:
            raise NotReadable(f"the program's file is larger than {_PROGRAM_LIMIT >> 20} MiB")
        content = file.read(_PROGRAM_LIMIT)
    found = {name: re.search(pattern.encode(), content) for name, pattern in marks.items()}
    return {name: match.group(1).decode("utf-8", "replace") for name, match in found.items() if match}


def main_file(pids: list[int], built: str | None, asked: dict[str, Any]) -> str:
    """Where a program's configuration begins, by its command line, else as it was built.

    Args:
        pids: the program's processes.
        built: what it tells of how it was built; None when it tells nothing.
        asked: how the `file` is named, and the `folder` that a relative one counts from: each by an `option` of the
            command line, by the `built` pattern, or by `default`.

    Raises:
        NotReadable: neither tells.
    """
    lines = [command_line(pid) for pid in pids]
    folder, file = (_named(lines, built, asked[place]) for place in ("folder", "file"))
    path = os.path.join(folder or "", file or "")
    if not file or not path.startswith("/"):
        raise NotReadable("the program does not tell where its configuration is")
    return os.path.normpath(path)


def _named(lines: list[list[str]], built: str | None, ways: dict[str, str]) -> str | None:
    told = kept_option(lines, ways["option"])
    if told or built is None:
        return told
    found = re.search(ways["built"], built)
    return found.group(1) if found else ways["default"]


def kept_option(lines: list[list[str]], option: str) -> str | None:
    """An option's value, as the first of some command lines that has it was started.

    A program that writes its title over its command line (NGINX does) leaves one long argument: it is taken apart.
    """
    for line in lines:
        words = " ".join(line).split()
        if option in words[:-1]:
            return words[words.index(option) + 1]
    return None


def configuration(main: str, include: str, comment: str) -> dict[str, Any]:
    """The main file and all that it includes: `files`, path -> text, and `included`, the patterns that were followed.

    What looks like an include and is none is only read in vain. Whoever understands the text sees by `included` whether
    an include was overlooked, and by `files` whether one names a file that is not there.

    Raises:
        NotReadable: it is larger than any that is meant.
        OSError: a part of it cannot be read.
    """
    texts: dict[str, str] = {}
    included: dict[str, None] = {}
    left = [main]
    size = 0
    while left:
        path = left.pop()
        if path in texts:
            continue
        texts[path] = regular_text(path)
        size += len(texts[path])
        if size > _TEXT_LIMIT or len(texts) > _MOST_FILES:
            raise NotReadable(f"its configuration is more than {_MOST_FILES} files or {_TEXT_LIMIT >> 20} MiB")
        for name in found([include], re.sub(comment, "", texts[path])):
            pattern = os.path.join(os.path.dirname(main), name)
            included[pattern] = None
            left += _matching(pattern)
    return {"files": texts, "included": list(included)}


def _matching(pattern: str) -> list[str]:
    if _MAGIC.search(pattern):
        return glob.glob(pattern)
    return [pattern] if os.path.lexists(pattern) else []


def found(patterns: list[str], text: str) -> list[str]:
    """The first group of everything that some patterns find."""
    return [
        match.group(1).strip(" \t\r\n\"'") for pattern in patterns for match in re.finditer(pattern, text, re.MULTILINE)
    ]


def absolute(folder: str, paths: list[str]) -> list[str]:
    """Paths without those that only the program can tell, once each, counted from a folder."""
    return list(dict.fromkeys(os.path.join(folder, path) for path in paths if "$" not in path and "\0" not in path))
