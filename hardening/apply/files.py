"""Files on nodes."""

from collections.abc import Sequence

import msgspec

from hardening.errors import FailedError
from hardening.hosts import Host
from hardening.model.plan import InstallFile


class _Installed(msgspec.Struct):
    path: str
    error: str


def install(host: Host, files: Sequence[InstallFile], *, seconds: float) -> None:
    """Put files in place in one round trip.

    Raises:
        FailedError: one could not be written, or its program refused it; those before it are in place.
    """
    request = {"files": [msgspec.to_builtins(file) for file in files]}
    answers = msgspec.json.decode(host.ask("install", request, timeout=seconds), type=list[_Installed])
    for answer in answers:
        if answer.error:
            raise FailedError(f"{host.node.name}: {answer.path}: {answer.error}", "the file is as it was")
