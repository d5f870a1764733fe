"""The rules as the page lists them, under headings, with what its filters look at."""

from collections.abc import Container, Iterable

import msgspec
from msgspec import Struct

from hardening.model.findings import Finding, Status
from hardening.render.grouped import STATUSES, WAIVED, Group, is_waived, references
from hardening.render.inert import plain

from .overview import CLUSTER

HEADINGS = {
    Status.FAIL.value: "Broken",
    Status.UNKNOWN.value: "Could not be seen",
    Status.MANUAL.value: "For a person to judge",
    "unread": "Open only because a node could not be read",
    WAIVED: "Accepted for now",
    Status.PASS.value: "Passed",
    Status.NOT_APPLICABLE.value: "Do not apply here",
}
"""Sections of the page, in order."""
_LISTED = {Status.FAIL: 2000, Status.UNKNOWN: 200, Status.MANUAL: 200, Status.PASS: 30, Status.NOT_APPLICABLE: 30}
"""Answers of one check and status that the page spells out; the JSON report has all of them."""
_SEARCHED = 200
"""Answers of one check that the search field looks in."""


class Answer(Struct, frozen=True):
    """A finding as the page shows it: `status` is the outcome's, or `waived`."""

    finding: Finding
    status: str


class Listed(Struct, frozen=True):
    """A check as the page shows it; `hidden` counts answers that are left out."""

    group: Group
    answers: tuple[Answer, ...]
    hidden: int
    references: tuple[str, ...]

    @property
    def status(self) -> str:
        """What it is coloured by."""
        return WAIVED if self.group.accepted else self.group.status.value

    @property
    def counts(self) -> dict[str, int]:
        """Answers by status, the waived ones apart."""
        found: dict[str, int] = {}
        for finding in self.group.findings:
            found[_status(finding)] = found.get(_status(finding), 0) + 1
        return found

    @property
    def search(self) -> str:
        """What the search field looks in."""
        check = self.group.check
        subjects = " ".join(f"{outcome.subject} {outcome.observed}" for outcome in self.group.outcomes[:_SEARCHED])
        return plain(f"{check.id} {check.title} {' '.join(self.references)} {subjects}").lower()

    @property
    def nodes(self) -> str:
        """Pairs of node and status that filters match, as JSON."""
        pairs = {(plain(each.outcome.node or CLUSTER), _status(each)) for each in self.group.findings}
        return msgspec.json.encode(sorted(pairs)).decode()


class Section(Struct, frozen=True):
    """Checks under one heading. `key` is the worst status of each, `unread`, or `waived`."""

    key: str
    heading: str
    listed: tuple[Listed, ...]


def make(groups: Iterable[Group], unread: Container[str]) -> tuple[Section, ...]:
    """Every check, under its heading."""
    found: dict[str, list[Listed]] = {key: [] for key in HEADINGS}
    for group in groups:
        answers = tuple(
            Answer(finding, _status(finding))
            for status in STATUSES
            for finding in [each for each in group.findings if each.outcome.status is status][: _LISTED[status]]
        )
        hidden = len(group.findings) - len(answers)
        found[_key(group, unread)].append(Listed(group, answers, hidden, references(group.check.refs)))
    return tuple(Section(key, HEADINGS[key], tuple(listed)) for key, listed in found.items() if listed)


def _key(group: Group, unread: Container[str]) -> str:
    """One node that is gone leaves nearly every check open: those are told apart from what is open elsewhere."""
    if group.status is Status.UNKNOWN and all(outcome.node in unread for outcome in group.of(Status.UNKNOWN)):
        return "unread"
    return WAIVED if group.accepted else group.status.value


def _status(finding: Finding) -> str:
    return WAIVED if is_waived(finding) else finding.outcome.status.value
