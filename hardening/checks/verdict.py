"""What a check says of one subject, and how single observations add up to it."""

from collections.abc import Callable, Iterable
from sys import intern
from typing import TypeVar

from msgspec import Struct

from hardening.model.findings import Outcome, Status
from hardening.model.known import Known, Unavailable

T = TypeVar("T")
_SHOWN = 6
"""Observations that one verdict spells out; the rest are counted."""


class Verdict(Struct, frozen=True):
    """A status with its evidence. `part` names what of the subject it is about, where one subject has several."""

    status: Status
    observed: str
    expected: str = ""
    part: str = ""

    def about(self, subject: str, node: str = "") -> Outcome:
        """The outcome for a subject."""
        name = f"{subject} {self.part}" if self.part else subject
        # Ten thousand containers say the same few things: each is kept once.
        return Outcome(intern(name), self.status, intern(str(self.observed)), intern(str(self.expected)), node)


Answer = Verdict | Iterable[Verdict]


def passed(observed: str, expected: str = "", part: str = "") -> Verdict:
    """It is as it should be, and was seen to be."""
    return Verdict(Status.PASS, observed, expected, part)


def failed(observed: str, expected: str, part: str = "") -> Verdict:
    """It is not as it should be."""
    return Verdict(Status.FAIL, observed, expected, part)


def unknown(reason: str, part: str = "") -> Verdict:
    """It could not be seen."""
    return Verdict(Status.UNKNOWN, reason, "", part)


def not_applicable(reason: str, part: str = "") -> Verdict:
    """The question has no meaning here."""
    return Verdict(Status.NOT_APPLICABLE, reason, "", part)


def manual(observed: str, expected: str, part: str = "") -> Verdict:
    """A person has to decide; `observed` is what they need for it."""
    return Verdict(Status.MANUAL, observed, expected, part)


def given(fact: Known[T] | Unavailable, judge: Callable[[T], Answer]) -> Answer:
    """Judge a fact, or say why it is not known."""
    return judge(fact.value) if isinstance(fact, Known) else unknown(fact.reason)


def all_of(
    observations: Iterable[str | Unavailable | None], *, fine: str, expected: str, nothing: str = "", part: str = ""
) -> Verdict:
    """Add observations up: one complaint fails, else one unread fact leaves it unknown, else it is `fine`.

    Args:
        observations: None where all is well, text where it is not, Unavailable where it could not be seen.
        fine: what is said when every observation was None.
        expected: what should have been seen.
        nothing: why there may rightly be nothing to observe; empty when there must be something.
        part: see Verdict.
    """
    seen = list(observations)
    complaints = [each for each in seen if isinstance(each, str)]
    unread = [each.reason for each in seen if isinstance(each, Unavailable)]
    if complaints:
        return failed(listed(complaints + [f"not read: {reason}" for reason in unread]), expected, part)
    if unread:
        return unknown(listed(unread), part)
    if not seen:
        return not_applicable(nothing, part) if nothing else unknown("nothing was seen to judge by", part)
    return passed(fine, expected, part)


def listed(items: Iterable[str]) -> str:
    """Items as one phrase, each once, the first few spelled out."""
    unique = list(dict.fromkeys(items))
    more = f" and {len(unique) - _SHOWN} more" if len(unique) > _SHOWN else ""
    return "; ".join(unique[:_SHOWN]) + more
