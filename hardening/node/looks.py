"""What is looked at inside the containers of one program. Part of node programs.

A look, as the gatherer sends it; everything but `program` may be left out:

    {"program": "nginx",                 where a process of this name runs
     "files": [PATH],                    these inodes,
     "question": "nginx -T",             and in the answer to this question
     "file_patterns": [PATTERN],         paths of more of them,
     "certificate_patterns": [PATTERN],  of certificates, which are read,
     "name_patterns": [PATTERN],         and names to call its TLS servers by;
     "open_patterns": [PATTERN],         paths among the program's open files
     "endpoints": true}                  whether its TLS servers are called

Each pattern's first group is what is meant. A relative path counts from the folder of the first file that was found.
"""

from __future__ import annotations

import os
import re
from typing import Any

from hardening.node.fact import Fact, fact
from hardening.node.handshake import endpoints
from hardening.node.inside import look
from hardening.node.sockets import listening_at

_MOST_FILES = 300
_MOST_NAMES = 8
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound to them here


def look_for(
    wanted: dict[str, Any], init: int, running: list[dict[str, Any]], answers: dict[str, Fact]
) -> dict[str, Any]:
    """Inside of one container."""
    own = [process for process in running if process["command"] == wanted["program"]]
    answer = str(answers.get(wanted.get("question", ""), {}).get("value") or "")
    files = [*wanted.get("files", []), *_found(wanted.get("file_patterns", []), answer)]
    for process in own:
        files += _found(wanted.get("open_patterns", []), "\n".join(_open_files(process["pid"])))
    certificates = _found(wanted.get("certificate_patterns", []), answer)
    folder = os.path.dirname(next(iter(_found(wanted.get("file_patterns", [])[:1], answer)), "/"))
    seen = look(
        init,
        _absolute(folder, files)[:_MOST_FILES],
        _absolute(folder, certificates)[:_MOST_FILES],
        [process["uid"] for process in running],
    )
    if wanted.get("endpoints"):
        names = [word for each in _found(wanted.get("name_patterns", []), answer) for word in each.split()]
        plain = [name for name in dict.fromkeys(names) if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", name)]
        seen["endpoints"] = fact(_endpoints, init, own, plain[:_MOST_NAMES])
    return seen


def _endpoints(init: int, own: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    places = {place for process in own for place in listening_at(process["pid"])}
    return endpoints(init, sorted((_EVERYWHERE.get(address, address), port) for address, port in places), names)


def _found(patterns: list[str], text: str) -> list[str]:
    return [match.group(1).strip("\"'") for pattern in patterns for match in re.finditer(pattern, text, re.MULTILINE)]


def _absolute(folder: str, paths: list[str]) -> list[str]:
    return list(dict.fromkeys(os.path.join(folder, path) for path in paths if "$" not in path and "\0" not in path))


def _open_files(pid: int) -> list[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return []  # it ended while we looked
    found = []
    for name in names:
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue  # closed while we looked
    return sorted(set(found))
