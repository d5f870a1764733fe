"""Reads a recording, and refuses one that no recorder wrote: evidence is measured, not edited."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import HardenError
from hardening.model.capabilities import CAPABILITIES
from hardening.model.recording import (
    RECORDING_VERSION,
    UNLABELLED,
    ArgumentUse,
    FileUse,
    Recording,
    SignalUse,
    SocketUse,
)

from .arguments import COMPARED
from .syscalls import numbers

FOLDER = "recordings"
_AT = re.compile(r" - at `(?P<path>[^`]+)`$")
_BYTE = re.compile(r"\(byte (\d+)\)")
DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64})?")
"""Of an image; empty when unknown."""
_UNNAMED = re.compile(r"number_\d+")
"""A call that is newer than the names known here."""
_ACCESS = frozenset("mrwaklx")
_WORD, _LABEL = re.compile(r"\w*"), re.compile(r"[\w./:&=+-]+")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]*")
_CAPABILITY = re.compile("|".join((*CAPABILITIES, r"cap_\d+")))
_DIRECTION, _SIGNAL = re.compile("send|receive"), re.compile(r"[a-z0-9]+(?:\+\d+)?")
_ARCHITECTURE = re.compile("x86_64")
"""The one whose calls a recorder knows."""
_ARGUMENTS, _REGISTER = range(6), range(1 << 64)


_NOT_RECORDED = {"socket": {2}}
"""Arguments that a filter compares and no recorder notes: a socket's protocol."""


class _Form(Struct):
    version: int = RECORDING_VERSION


def read(path: Path) -> Recording:
    """A recording of a file.

    Raises:
        HardenError: it is missing, cut off, edited, not a recording, lossy, or says what no recorder writes; with the
            place.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        recording = _decoded(text)
    except msgspec.ValidationError as error:
        raise HardenError(f"{path}: {_complaint(error)}", "record it again") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HardenError(
            f"{path}:{_line(text, error)}: not a whole JSON document: {error}", "record it again, or remove the file"
        ) from None
    if problem := next(_problems(path, recording), None):
        raise HardenError(f"{path}: {problem}", "record it again")
    if _unspaced(text) != _unspaced(sealed(recording)):  # also where a key stands twice, or one is left to its default
        raise HardenError(f"{path}: seal: it was changed since it was recorded", "undo that, or record it again")
    return msgspec.structs.replace(recording, seal="")


def seal(recording: Recording) -> str:
    """Digest of a recording's content, whatever its present seal."""
    bare = msgspec.structs.replace(recording, seal="")
    plain = msgspec.to_builtins(bare, str_keys=True)  # argument indexes, too: only text can be sorted
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def sealed(recording: Recording) -> bytes:
    """A recording as its file has it."""
    whole = msgspec.structs.replace(recording, seal=seal(recording))
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _unspaced(text: bytes) -> bytes:
    return msgspec.json.format(text, indent=-1)


def _decoded(text: bytes) -> Recording:
    """Of another version the number is said, and not which of its fields are strange."""
    try:
        return msgspec.json.decode(text, type=Recording)
    except msgspec.ValidationError:
        version = msgspec.json.decode(text, type=_Form).version
        if version != RECORDING_VERSION:
            raise msgspec.ValidationError(_of_version(version)) from None
        raise


def _of_version(version: int) -> str:
    return f"version {version} is not {RECORDING_VERSION}"


def _complaint(error: msgspec.ValidationError) -> str:
    text = str(error)
    place = _AT.search(text)
    message = text[: place.start()] if place else text
    return f"{place['path'].removeprefix('$.')}: {message}" if place else message


def _line(text: bytes, error: Exception) -> int:
    found = _BYTE.search(str(error))
    return text[: int(found[1])].count(b"\n") + 1 if found else text.count(b"\n") + 1


def _problems(path: Path, recording: Recording) -> Iterator[str]:
    """What a recorder would never write."""
    if recording.version != RECORDING_VERSION:
        yield _of_version(recording.version)
    if path.parent.name == FOLDER and recording.role != path.parent.parent.name:
        yield f"role: it is evidence for {recording.role!r}, and stands in the folder of another role"
    if path.parent.name == FOLDER and recording.scenario != path.stem:
        yield f"scenario: it is of {recording.scenario!r}, and the file has another name"
    if not recording.is_whole:
        lost = f"{recording.lost.syscalls} system calls and {recording.lost.files} file accesses"
        yield f"lost: the recorder lost {lost}, nothing may be built from it"
    if not recording.programs:
        yield "programs: it has seen none"
    if not DIGEST.fullmatch(recording.origin.image):
        yield f"origin.image: {recording.origin.image!r} is no digest"
    yield from _problems_of_calls(recording)
    yield from (
        f"files: {use.path!r} {use.access!r} is no use of a file"
        for use in recording.files
        if not use.path.startswith("/") or not use.access or set(use.access) - _ACCESS
    )
    wrong = (text for text, fits in _texts(recording) if not fits.fullmatch(text))
    yield from (f"{text!r} is no name that a recorder writes" for text in wrong)


def _problems_of_calls(recording: Recording) -> Iterator[str]:
    for where, calls in (*recording.programs.items(), ("runtime", recording.runtime), *recording.refused.items()):
        for name, count in calls.items():
            if name not in numbers() and not _UNNAMED.fullmatch(name):
                yield f"programs: {where}: `{name}` is no Linux system call"
            if count < 1:
                yield f"programs: {where}: {name}: seen {count} times"
    for use in recording.arguments:
        whole = use.values.keys() >= COMPARED.get(use.call, {}).keys() - _NOT_RECORDED.get(use.call, set())
        fits = all(at in _ARGUMENTS and value in _REGISTER for at, value in use.values.items())
        if use.call not in numbers() or not (whole and fits):
            yield f"arguments: {use.call!r} {use.values} is no call with its values"
    kinds: tuple[tuple[ArgumentUse | FileUse | SocketUse | SignalUse, ...], ...] = (
        recording.arguments,
        recording.files,
        recording.sockets,
        recording.signals,
    )
    yield from (f"{each} was seen {each.count} times" for uses in kinds for each in uses if each.count < 0)


def _texts(recording: Recording) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every text of a recording that ends up in a profile or on a terminal, and what it must be like.

    Paths of files are not among them: a service names those, and the builder makes them harmless.
    """
    yield recording.scenario, _PRINTABLE
    yield from ((program, _PRINTABLE) for each in (recording.programs, recording.refused) for program in each)
    origin = recording.origin
    yield from ((text, _PRINTABLE) for text in (origin.engine, origin.runtime, origin.kernel, origin.recorder))
    yield origin.recorded_at, _PRINTABLE
    yield origin.architecture, _ARCHITECTURE
    yield from ((name, _CAPABILITY) for name in recording.capabilities)
    yield from ((word, _WORD) for use in recording.sockets for word in (use.family, use.type))
    yield from ((use.direction, _DIRECTION) for use in recording.signals)
    yield from ((use.signal, _SIGNAL) for use in recording.signals)
    yield from ((use.peer.removeprefix(UNLABELLED), _peer(use)) for use in recording.signals)


def _peer(use: SignalUse) -> re.Pattern[str]:
    """A process calls itself what it likes; only a label gets into a profile."""
    return _PRINTABLE if use.peer.startswith(UNLABELLED) else _LABEL
