"""Recordings as files: `profiles/<role>/recordings/<scenario>.json`."""

import hashlib
import re
from pathlib import Path

import msgspec

from hardening.confine.syscalls import numbers
from hardening.errors import FailedError, HardenError
from hardening.model.recording import RECORDING_VERSION, Recording

FOLDER = "recordings"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_AT = re.compile(r" - at `(?P<path>[^`]+)`$")
_BYTE = re.compile(r"\(byte (\d+)\)")
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64})?")
_ACCESS = frozenset("mrwaklx")


def path_of(profiles: Path, role: str, scenario: str) -> Path:
    """Where a recording belongs.

    Raises:
        HardenError: the scenario's name would be no plain file name.
    """
    if not _NAME.fullmatch(scenario):
        raise HardenError(f"scenario {scenario!r}: a name is lower-case letters, digits, `-`, `_` and `.`")
    return profiles / role / FOLDER / f"{scenario}.json"


def write(profiles: Path, recording: Recording) -> Path:
    """Keep a recording in the place of the earlier one of its scenario.

    Raises:
        FailedError: events were lost; nothing is written. Or the file cannot be written.
    """
    path = path_of(profiles, recording.role, recording.scenario)
    if not recording.programs:
        raise FailedError(f"{path}: not written: the service did nothing while it was recorded")
    if not recording.is_whole:
        lost = recording.lost
        raise FailedError(
            f"{path}: not written: {lost.syscalls} system calls and {lost.files} uses of files were lost, so that the "
            "profile would lack what they needed",
            "record again, for a shorter time or under less load",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        sealed = msgspec.structs.replace(recording, seal=seal(recording))
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(sealed), indent=1) + b"\n")
        fresh.replace(path)
    except OSError as error:
        raise FailedError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def read(path: Path) -> Recording:
    """A recording of a file.

    Raises:
        HardenError: it is missing, cut off, not a recording, lossy, or says what no recorder writes; with the place.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        recording = msgspec.json.decode(text, type=Recording)
    except msgspec.ValidationError as error:
        raise HardenError(f"{path}: {_complaint(error)}", "record it again") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HardenError(
            f"{path}:{_line(text, error)}: not a whole JSON document: {error}", "record it again"
        ) from None
    for problem in _problems(path, recording):
        raise HardenError(f"{path}: {problem}", "record it again")
    if recording.seal != seal(recording):
        raise HardenError(f"{path}: seal: it was changed since it was recorded", "undo that, or record it again")
    return msgspec.structs.replace(recording, seal="")


def seal(recording: Recording) -> str:
    """Digest of a recording's content, whatever its present seal."""
    bare = msgspec.structs.replace(recording, seal="")
    plain = msgspec.to_builtins(bare, str_keys=True)  # argument indexes, too: only text can be sorted
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def _complaint(error: msgspec.ValidationError) -> str:
    text = str(error)
    place = _AT.search(text)
    message = text[: place.start()] if place else text
    return f"{place['path'].removeprefix('$.')}: {message}" if place else message


def _line(text: bytes, error: Exception) -> int:
    found = _BYTE.search(str(error))
    return text[: int(found[1])].count(b"\n") + 1 if found else text.count(b"\n") + 1


def _problems(path: Path, recording: Recording) -> list[str]:  # noqa: C901 - one line per rule
    """What a recorder would never write."""
    found = []
    if recording.version != RECORDING_VERSION:
        found.append(f"version {recording.version} is not {RECORDING_VERSION}")
    if path.parent.name == FOLDER and recording.role != path.parent.parent.name:
        found.append(f"role: it is evidence for {recording.role!r}, and stands in the folder of another role")
    if path.parent.name == FOLDER and recording.scenario != path.stem:
        found.append(f"scenario: it is of {recording.scenario!r}, and the file has another name")
    if not recording.is_whole:
        found.append("lost: events were lost, nothing may be built from it")
    if not recording.programs:
        found.append("programs: it has seen none")
    if not _DIGEST.fullmatch(recording.origin.image):
        found.append(f"origin.image: {recording.origin.image!r} is no digest")
    for where, calls in (*recording.programs.items(), ("runtime", recording.runtime), *recording.refused.items()):
        for name, count in calls.items():
            if name not in numbers():
                found.append(f"programs: {where}: `{name}` is no Linux system call")
            if count < 1:
                found.append(f"programs: {where}: {name}: seen {count} times")
    found += [
        f"files: {use.path!r} {use.access!r} is no use of a file"
        for use in recording.files
        if not use.path.startswith("/") or not use.access or set(use.access) - _ACCESS
    ]
    return found
