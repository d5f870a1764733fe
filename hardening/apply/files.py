"""Files on nodes."""

from collections.abc import Sequence

import msgspec

from hardening.errors import FailedError
from hardening.hosts import Host
from hardening.model.plan import InstallFile


class _Installed(msgspec.Struct):
    path: str
    error: str


_ANSWERS = msgspec.json.Decoder(list[_Installed])
"""Made before there are threads: two that meet a type for the first time at once can crash the interpreter."""


def install(host: Host, files: Sequence[InstallFile], *, seconds: float) -> None:
    """Put files in place in one round trip.

    Raises:
        FailedError: one could not be written, or its program refused it; those before it are in place.
    """
    request = {"files": [msgspec.to_builtins(file) for file in files]}
    answers = _ANSWERS.decode(host.ask("install", request, timeout=seconds))
    for answer in answers:
        if answer.error:
            raise FailedError(f"{host.node.name}: {answer.path}: {answer.error}", "the file is as it was")
