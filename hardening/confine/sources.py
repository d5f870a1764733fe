"""Reads what stands beside a policy: recordings, the analysis, the review."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hardening.errors import HardenError, one_line
from hardening.model.analysis import ANALYSIS_VERSION, Analysis
from hardening.model.recording import Recording
from hardening.model.review import Review
from hardening.model.verification import VERIFICATION_VERSION, Verification

from . import recordings
from .decisions import REVIEW_FILE, read_review
from .syscalls import numbers

ANALYSIS_FILE, VERIFIED_FILE = "analysis.json", "verified.json"

T = TypeVar("T", Analysis, Verification)


class Sources(Struct, frozen=True):
    """The evidence for one role."""

    recordings: tuple[Recording, ...] = ()
    analysis: Analysis | None = None
    verification: Verification | None = None
    review: Review = Review()

    @property
    def recorded(self) -> tuple[str, ...]:
        """Digests of the images that were recorded."""
        return tuple(sorted({recording.origin.image for recording in self.recordings} - {""}))

    @property
    def analysed(self) -> tuple[str, ...]:
        """The digest of the image that was analysed; none where it is not known."""
        return (self.analysis.image,) if self.analysis and self.analysis.image else ()

    @property
    def are_of_one_image(self) -> bool:
        """Whether there are recordings and an analysis, all of one image that is known."""
        return {each.origin.image for each in self.recordings} == {*self.analysed} != set()

    @property
    def images(self) -> tuple[str, ...]:
        """Digests of the images that were recorded or analysed."""
        return tuple(sorted({*self.recorded, *self.analysed}))


def read(folder: Path, role: str) -> Sources:
    """The evidence in a role's folder.

    Raises:
        HardenError: a file cannot be read, is cut off, edited, of another version or role, or lost events; with its
            name.
    """
    place = folder / role
    analysis, verified, recorded = place / ANALYSIS_FILE, place / VERIFIED_FILE, place / recordings.FOLDER
    found = Sources(
        recordings=tuple(map(recordings.read, _files(recorded))) if _is_there(recorded) else (),
        analysis=_decoded(analysis, Analysis, ANALYSIS_VERSION) if _is_there(analysis) else None,
        verification=_decoded(verified, Verification, VERIFICATION_VERSION) if _is_there(verified) else None,
        review=read_review(place / REVIEW_FILE),
    )
    proof = found.verification
    if proof and proof.role != role:
        raise HardenError(f"{verified}: it is about the role {proof.role!r}", "verify this one, or remove it")
    if found.analysis and not recordings.DIGEST.fullmatch(found.analysis.image):
        raise HardenError(f"{analysis}: image: {found.analysis.image!r} is no digest", "make it again")
    if proof and not recordings.DIGEST.fullmatch(proof.origin.image):
        raise HardenError(f"{verified}: origin.image: {proof.origin.image!r} is no digest", "verify again")
    if proof and not proof.layers:
        raise HardenError(f"{verified}: layers: there is none, so that nothing is proven", "verify again")
    if proof and not (proof.trials and all(trial.calls > 0 for trial in proof.trials)):
        raise HardenError(f"{verified}: trials: there is none, or one that watched nothing", "verify again")
    for call, places in found.analysis.syscalls.items() if found.analysis else ():
        if call not in numbers() or not places:
            raise HardenError(f"{analysis}: syscalls: {call!r} is no system call with its places", "make it again")
    return found


def _is_there(path: Path) -> bool:
    """Whether a file has to be read: a link that leads nowhere, or a folder of its name, is not left out in silence."""
    return path.exists() or path.is_symlink()


def _files(recorded: Path) -> list[Path]:
    """The recordings of a folder, in order; `glob` would be silent about one that may not be read."""
    if not recorded.is_dir():
        raise HardenError(f"{recorded}: is no folder of recordings")
    try:
        return sorted(path for path in recorded.iterdir() if path.suffix == ".json")
    except OSError as error:
        raise HardenError(f"{recorded}: cannot be read: {error.strerror}") from error


def _decoded(path: Path, kind: type[T], version: int) -> T:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise HardenError(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        name = kind.__name__.lower()
        raise HardenError(
            f"{path}: is no whole {name}: {one_line(error)}", "make it again, or remove the file"
        ) from error
    if found.version != version:
        raise HardenError(f"{path}: version {found.version} is not {version}", "make it again with this program")
    return found
