"""What is looked at inside the containers of one program. Part of node programs.

A look, as the gatherer sends it; everything but `program` may be left out:

    {"program": "nginx",                 where a process of this name runs
     "marks": {NAME: PATTERN},           texts in the program itself, such as its version;
     "configuration":                    its configuration,
        {"file": {"option": "-c",        named by an option of its command line,
                  "built": PATTERN,      or found in how it was built,
                  "default": PATH},      or this one,
         "folder": {…},                  counted from a folder that is told likewise,
         "built": PATTERN,               how it was built, a text in the program,
         "include": PATTERN,             with the files that it includes,
         "comment": PATTERN},            of which this is none;
     "files": [PATH],                    these inodes,
     "file_patterns": [PATTERN],         and those that the configuration names,
     "certificate_patterns": [PATTERN],  certificates that it names, which are read,
     "name_patterns": [PATTERN],         and names to call its TLS servers by;
     "open_patterns": [PATTERN],         paths among the program's open files
     "endpoints": true}                  whether its TLS servers are called

Each pattern's first group is what is meant. A relative path counts from the folder of the configuration's first file.
"""

from __future__ import annotations

import os
import re

from hardening.node.configured import built_in, found, main_file
from hardening.node.fact import Fact, fact, unavailable
from hardening.node.handshake import endpoints
from hardening.node.inside import look
from hardening.node.sockets import listening_at

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    from typing import Any

CONFIGURATION = "configuration"
"""Name of the text that is a program's configuration, beside those of its marks."""
_BUILT = "built"
_MOST_NAMES = 8
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound to them here


def look_for(
    wanted: dict[str, Any], init: int, running: list[dict[str, Any]], texts: dict[str, Fact]
) -> dict[str, Any]:
    """Inside of one container; what the program's own files say is put into `texts`."""
    own = [process for process in running if process["command"] == wanted["program"]]
    main = fact(_main, wanted, [process["pid"] for process in own], texts) if "configuration" in wanted else {}
    patterns = wanted.get("open_patterns", [])
    opened = [path for process in own for path in _open_files(process["pid"])] if patterns else []
    more = {
        "main": main.get("value", ""),
        "opened": found(patterns, "\n".join(opened)),
        "uids": [process["uid"] for process in running],
    }
    seen = look(init, {**wanted, **more})
    text = seen.pop("text")
    if main:
        texts[CONFIGURATION] = text if "value" in main else main
    names = seen.pop("names")
    if wanted.get("endpoints"):
        plain = [name for name in dict.fromkeys(names) if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", name)]
        seen["endpoints"] = fact(_endpoints, init, own, plain[:_MOST_NAMES])
    return seen


def _main(wanted: dict[str, Any], pids: list[int], texts: dict[str, Fact]) -> str:
    """Where the configuration begins; on the way, what the program's own file tells is noted."""
    asked = wanted["configuration"]
    told = fact(built_in, pids[0], {**wanted.get("marks", {}), _BUILT: asked["built"]})
    marks = told.get("value", {})
    gap = unavailable("the program does not tell") if "value" in told else told
    for name in wanted.get("marks", {}):
        texts[name] = {"type": "known", "value": marks[name]} if name in marks else gap
    return main_file(pids, marks.get(_BUILT), asked)


def _endpoints(init: int, own: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    places = {place for process in own for place in listening_at(process["pid"])}
    return endpoints(init, sorted((_EVERYWHERE.get(address, address), port) for address, port in places), names)


def _open_files(pid: int) -> list[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return []  # it ended while we looked
    targets = []
    for name in names:
        try:
            targets.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue  # closed while we looked
    return sorted(set(targets))
