"""Reads what stands beside a policy: recordings, the analysis, the review."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening import documents
from hardening.documents import Document
from hardening.errors import HardenError
from hardening.model.analysis import ANALYSIS_VERSION, Analysis
from hardening.model.recording import RECORDING_VERSION, UNLABELLED, Recording, SignalUse
from hardening.model.review import Decision, Review, Verdict
from hardening.model.verification import VERIFICATION_VERSION, Verification

RECORDINGS, ANALYSIS_FILE, VERIFIED_FILE, REVIEW_FILE = "recordings", "analysis.json", "verified.json", "review.yml"

_WORD, _ACCESS, _LABEL = re.compile(r"\w*"), re.compile(r"[mrwaklix]+"), re.compile(r"[\w./:&=+-]*")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]*")

T = TypeVar("T", Recording, Analysis, Verification)


class Sources(Struct, frozen=True):
    """The evidence for one role."""

    recordings: tuple[Recording, ...] = ()
    analysis: Analysis | None = None
    verification: Verification | None = None
    review: Review = Review()

    @property
    def images(self) -> tuple[str, ...]:
        """Digests of the images that were recorded or analysed."""
        known = {recording.origin.image for recording in self.recordings}
        known |= {self.analysis.image} if self.analysis else set()
        return tuple(sorted(known - {""}))


def read(folder: Path, role: str) -> Sources:
    """The evidence in a role's folder.

    Raises:
        HardenError: a file cannot be read, is cut off, of another version or role, or lost events; with its name.
    """
    place = folder / role
    analysis, verified = place / ANALYSIS_FILE, place / VERIFIED_FILE
    return Sources(
        recordings=tuple(_recording(path, role) for path in sorted((place / RECORDINGS).glob("*.json"))),
        analysis=_decoded(analysis, Analysis, ANALYSIS_VERSION) if analysis.is_file() else None,
        verification=_decoded(verified, Verification, VERIFICATION_VERSION) if verified.is_file() else None,
        review=read_review(place / REVIEW_FILE),
    )


def read_review(path: Path) -> Review:
    """A role's decisions; none when there is no such file.

    Raises:
        HardenError: with file and line.
    """
    if not path.is_file():
        return Review()
    document = documents.read(path)
    review = document.convert(Review)
    for index, decision in enumerate(review.decisions):
        _check(document, index, decision)
    return review


def _check(document: Document, index: int, decision: Decision) -> None:
    at = ("decisions", index)
    if decision.verdict is Verdict.OPEN:
        return
    for field in ("reason", "by", "date"):
        if not getattr(decision, field).strip():
            raise document.error(at, f"a decision needs `{field}`", "an item that is not decided has `verdict: open`")
    if decision.verdict is Verdict.NARROW and not decision.narrowed:
        raise document.error(at, "`narrow` needs `narrowed`: the rules to have instead")
    if decision.verdict is not Verdict.NARROW and decision.narrowed:
        raise document.error((*at, "narrowed"), f"`narrowed` goes with `narrow`, not with `{decision.verdict}`")


def _recording(path: Path, role: str) -> Recording:
    recording = _decoded(path, Recording, RECORDING_VERSION)
    if recording.role != role:
        raise HardenError(f"{path}: is a recording of `{recording.role}`, not of `{role}`")
    if wrong := next((text for text, fits in _texts(recording) if not fits.fullmatch(text)), None):
        raise HardenError(f"{path}: {wrong!r} is no name that a recorder writes", "record it again; do not edit")
    if not recording.is_whole:
        lost = f"{recording.lost.syscalls} system calls and {recording.lost.files} file accesses"
        raise HardenError(f"{path}: the recorder lost {lost}", "record the scenario again; nothing is built from this")
    return recording


def _texts(recording: Recording) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every text of a recording that ends up in a profile or on a terminal, and what it must be like.

    Paths of files are not among them: a service names those, and the builder makes them harmless.
    """
    yield recording.scenario, _PRINTABLE
    yield from ((program, _PRINTABLE) for each in (recording.programs, recording.refused) for program in each)
    yield from ((call, _WORD) for calls in recording.programs.values() for call in calls)
    yield from ((call, _WORD) for call in (*recording.runtime, *recording.capabilities))
    yield from ((use.call, _WORD) for use in recording.arguments)
    yield from ((use.access, _ACCESS) for use in recording.files)
    yield from ((word, _WORD) for use in recording.sockets for word in (use.family, use.type))
    yield from ((word, _WORD) for use in recording.signals for word in (use.signal.replace("+", ""), use.direction))
    yield from ((use.peer.removeprefix(UNLABELLED), _peer(use)) for use in recording.signals)


def _peer(use: SignalUse) -> re.Pattern[str]:
    """A process calls itself what it likes; only a label gets into a profile."""
    return _PRINTABLE if use.peer.startswith(UNLABELLED) else _LABEL


def _decoded(path: Path, kind: type[T], version: int) -> T:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        name = kind.__name__.lower()
        raise HardenError(f"{path}: is no whole {name}: {error}", "make it again, or remove the file") from error
    if found.version != version:
        raise HardenError(f"{path}: version {found.version} is not {version}", "make it again with this program")
    return found
