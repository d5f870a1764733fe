"""Ends a recording and brings it back. Runs as root beside the program `recorder`.

The request: {"socket": PATH}, as that program told it. The answer, one line of JSON: the recording,
or {"error": TEXT}.
"""

from __future__ import annotations

import json
import socket
import sys

_CHUNK = 1 << 20


def main() -> None:
    """Ask at the socket and pass on what comes."""
    request = json.loads(sys.stdin.buffer.readline())
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(request["socket"])
        while chunk := client.recv(_CHUNK):
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
