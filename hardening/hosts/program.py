"""How one of `node/`'s programs travels: its source and its request over standard input, nothing on disk."""

import functools
import json
import re
from importlib import resources

import msgspec

_PACKAGE = "hardening.node."
_IMPORT = re.compile(r"^from (hardening\.node\.\w+) import ", re.MULTILINE)

_LOADER = """\
import sys,json,types
for name,text in json.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline()))):
 sys.modules[name]=module=types.ModuleType(name)
 exec(compile(text,name,'exec'),module.__dict__)
"""

ARGV = ("python3", "-I", "-S", "-c", _LOADER)
"""Reads the length and the sources of the modules, runs them in order, and leaves the request on standard input."""


def package(program: str, request: object) -> bytes:
    """Standard input for ARGV: `node/<program>.py` after the modules of `node/` that it imports, and the request.

    The request is one line of JSON, so that a program which stays can read it while its input is still open.
    """
    sources = _sources(program)
    return b"%d\n%b%b\n" % (len(sources), sources, msgspec.json.encode(request))


@functools.cache
def _sources(program: str) -> bytes:
    *parts, last = _in_order(_PACKAGE + program)
    modules = [*((name, _source(name)) for name in parts), ("__main__", _source(last))]
    return json.dumps(modules).encode()


def _in_order(name: str) -> list[str]:
    """A module of `node/` after all modules of `node/` that it needs."""
    order: list[str] = []
    # Not through `ast`: several threads send programs, and Python 3.11's parser of trees is not safe for that.
    for needed in _IMPORT.findall(_source(name)):
        order += [each for each in _in_order(needed) if each not in order]
    return [*order, name]


def _source(name: str) -> str:
    return resources.files("hardening.node").joinpath(f"{name.removeprefix(_PACKAGE)}.py").read_text("utf-8")
