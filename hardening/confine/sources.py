"""Reads what stands beside a policy: recordings, the analysis, the review."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening import documents
from hardening.documents import Document
from hardening.errors import HardenError
from hardening.model.analysis import ANALYSIS_VERSION, Analysis
from hardening.model.recording import Recording
from hardening.model.review import Decision, Review, Verdict
from hardening.model.verification import VERIFICATION_VERSION, Verification

from . import recordings

ANALYSIS_FILE, VERIFIED_FILE, REVIEW_FILE = "analysis.json", "verified.json", "review.yml"

T = TypeVar("T", Analysis, Verification)


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
        HardenError: a file cannot be read, is cut off, edited, of another version or role, or lost events; with its
            name.
    """
    place = folder / role
    analysis, verified = place / ANALYSIS_FILE, place / VERIFIED_FILE
    return Sources(
        recordings=tuple(recordings.read(path) for path in sorted((place / recordings.FOLDER).glob("*.json"))),
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
