"""What the node's program `relay` answers; and a way through it to a socket that only root may open."""

from collections.abc import Generator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from hardening.errors import HostError

from . import Host


class RelayedSecret(Struct):
    """A secret's bytes, or why there are none."""

    value: bytes | None = None
    reason: str = ""


class Answer(Struct):
    """Where the relay's socket is on the node, and the secrets that were asked for by name."""

    error: str = ""
    socket: str = ""
    secrets: dict[str, RelayedSecret] = {}


_ANSWER = msgspec.json.Decoder(Answer)


def decoded(host: Host, line: bytes) -> Answer:
    """A relay's first line.

    Raises:
        HostError: it says that there is no way, or makes no sense.
    """
    try:
        answer = _ANSWER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HostError(host.node.name, f"the relay's answer makes no sense: {error}") from None
    if answer.error:
        raise HostError(host.node.name, answer.error)
    return answer


@contextmanager
def of_root(host: Host, path: str) -> Generator[str]:
    """A socket of the machine that our login may open and that leads to `path`, which perhaps only root may."""
    if host.is_root:
        yield path
        return
    with host.serve("relay", {"path": path}) as line:
        yield decoded(host, line).socket
