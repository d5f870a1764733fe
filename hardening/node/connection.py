"""How long the one who asked is there. Part of node programs."""

from __future__ import annotations

import select
import sys

_SECONDS = 60.0


def until_it_ends(seconds: float = _SECONDS) -> None:
    """Wait for the end of standard input, or of the connection behind it.

    Of a connection that is cut without a word only who sends something learns: an empty line every now and then.
    """
    while not select.select([sys.stdin.buffer], [], [], seconds)[0]:
        try:
            print(flush=True)
        except OSError:
            return
    sys.stdin.buffer.read()
