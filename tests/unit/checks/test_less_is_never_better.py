"""Whoever knows less cannot say more: a fact that is taken away makes answers unknown, and no answer better."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from hardening.checks.subjects import BROKEN
from hardening.model.facts import Facts
from hardening.model.findings import Outcome, Status
from tests.unit.checks.test_broken_on_purpose import CASES, Break, clean, verdicts

Path = tuple[str | int, ...]
GAP = {"type": "unavailable", "reason": "was taken away"}
OTHERS = {("nodes", "node2"), ("nodes", "node3"), ("mongo", 1), ("mongo", 2)}
"""What is the same as on the first node, so that its facts need not be taken away, too."""


def document(facts: Facts) -> Any:  # noqa: ANN401 - JSON
    return json.loads(msgspec.json.encode(facts))


def known(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Where the facts are that may be unavailable, outer ones first."""
    if path[:2] in OTHERS:
        return
    if isinstance(value, dict) and value.get("type") == "known":
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from known(each, (*path, key))


def without(whole: Any, path: Path) -> Facts:  # noqa: ANN401 - JSON
    """The facts without one of them."""
    *outer, last = path
    place = whole
    for key in outer:
        place = place[key]
    kept, place[last] = place[last], GAP
    made = msgspec.json.decode(json.dumps(whole), type=Facts)
    place[last] = kept
    return made


def differences(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Where two documents differ, as deep as both can be compared."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differences(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, (*path, index))
    elif one != other:
        yield path


def readable(whole: Any, path: Path) -> Path | None:  # noqa: ANN401 - JSON
    """The innermost fact that a place is part of and that could have been unavailable."""
    found, place = None, whole
    for depth, key in enumerate(path):
        if isinstance(place, dict) and place.get("type") == "known":
            found = path[:depth]
        place = place[key]
    return path if isinstance(place, dict) and place.get("type") == "known" else found


BEFORE = verdicts(clean())
WHOLE = document(clean())


@pytest.mark.parametrize("path", [*known(WHOLE)], ids=lambda path: ".".join(map(str, path)))
def test_without_a_fact_every_answer_stays_or_becomes_unknown(path: Path) -> None:
    after = verdicts(without(WHOLE, path))
    for check, outcomes in after.items():
        unseen = any(outcome.status is Status.UNKNOWN for outcome in outcomes.values())
        for subject, outcome in outcomes.items():
            assert BROKEN not in outcome.observed, check
            assert outcome.status in {*status_of(BEFORE[check], subject), Status.UNKNOWN, Status.FAIL}, (check, outcome)
        assert unseen or outcomes.keys() == BEFORE[check].keys(), check


def status_of(outcomes: dict[str, Outcome], subject: str) -> tuple[Status, ...]:
    return (outcomes[subject].status,) if subject in outcomes else ()


@pytest.mark.parametrize(("broken", "changed"), CASES.values(), ids=CASES)
def test_what_a_fault_changes_cannot_pass_unread(broken: Break, changed: dict[str, Status]) -> None:
    facts = broken(clean())
    found = verdicts(facts)
    places = {readable(WHOLE, path) for path in differences(WHOLE, document(facts))}
    assert None not in places, "the fault is nothing that is read"
    whole = document(clean())
    for path in sorted(filter(None, places), key=lambda each: (len(each), str(each))):
        if not any(path[: len(other)] == other for other in places if other and other != path):
            whole = document(without(whole, path))
    unread = verdicts(msgspec.json.decode(json.dumps(whole), type=Facts))
    for check in changed:
        wrong = [subject for subject, outcome in found[check].items() if outcome.status is Status.FAIL]
        passes = [subject for subject in wrong if status_of(unread[check], subject) == (Status.PASS,)]
        assert passes == [], check
