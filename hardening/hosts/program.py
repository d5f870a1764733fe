"""How one of `node/`'s programs travels: its source and its request over standard input, nothing on disk."""

from importlib import resources

import msgspec

ARGV = (
    "python3",
    "-I",
    "-S",
    "-c",
    "import sys;n=int(sys.stdin.buffer.readline());exec(compile(sys.stdin.buffer.read(n),'harden','exec'))",
)
"""Reads the source's length, the source, and leaves the request on standard input."""


def package(program: str, request: object) -> bytes:
    """Standard input for ARGV: the length and source of `node/<program>.py`, then the request as JSON."""
    source = resources.files("hardening.node").joinpath(f"{program}.py").read_bytes()
    return b"%d\n%b%b" % (len(source), source, msgspec.json.encode(request))
