"""A replica set as it is shown."""

import json

import pytest

from hardening.model.replica_set import ChangeMember, Decision, Loss, Member, SetReport, SetStep, SetView
from hardening.render import replica_set

A = Member("a:1", arbiter=False, votes=1, priority=2, state="PRIMARY", healthy=True, lag=0, node="n1")
B = Member("b:1", arbiter=False, votes=1, priority=1, state="SECONDARY", healthy=True, lag=3, node="n2")
C = Member("c:1", arbiter=False, votes=1, priority=1, state="(not reachable/healthy)", healthy=False, away=75)
TAKE = SetStep("Take the vote of c:1", "1 vote, priority 1", "0 votes, priority 0", ChangeMember("c:1", 0, 0))


def report(*members: Member, decision: Decision = Decision(), unread: dict[str, str] | None = None) -> SetReport:  # noqa: B008 - frozen
    losses = (Loss("n1", ("a:1",), primary=True, elects=False, writes=False),)
    return SetReport("shop", SetView("rs", 4, members, {}, "majority"), losses, decision, unread or {})


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        ((A, B), "well"),
        ((A, B, C), "works, not whole"),
        ((A, C, C), "MAJORITY WRITES WAIT"),
        ((B, C, C), "NO PRIMARY"),
    ],
)
def test_the_first_line_says_how_it_is(members: tuple[Member, ...], verdict: str) -> None:
    assert verdict in replica_set.as_text(report(*members)).splitlines()[0]


def test_members_and_losses_are_told() -> None:
    text = replica_set.as_text(report(A, B, C, unread={"c": "no answer"}))
    assert "a:1  n1" in text
    assert "3 s behind" in text
    assert "away 75 s" in text
    assert "majority writes need 2 data members, 2 are up: none may be lost" in text
    assert "if n1 were lost: no primary, so neither reads nor writes" in text
    assert "not read: c: no answer" in text


def test_what_cannot_be_read_is_never_well() -> None:
    assert report(A, B).is_well
    assert not report(A, B, unread={"arbiter": "it runs on no machine that answers"}).is_well


def test_steps_are_told_with_before_and_after() -> None:
    text = replica_set.as_text(report(A, B, C, decision=Decision((TAKE,), ("b:1 is left alone",))))
    assert "1. Take the vote of c:1\n       - 1 vote, priority 1\n       + 0 votes, priority 0" in text
    assert "b:1 is left alone" in text


def test_what_others_named_is_made_harmless() -> None:
    evil = SetReport("shop", SetView("rs", 1, (A,)), (), Decision(), {"c": "\x1b[31mred"})
    assert "\x1b" not in replica_set.as_text(evil)


def test_the_document_says_the_same() -> None:
    found = json.loads(replica_set.as_json(report(A, B, C, decision=Decision((TAKE,)))))
    assert (found["well"], found["primary"], found["margin"]) == (False, "a:1", 0)
    assert found["steps"][0]["change"]["type"] == "change_member"
    assert found["members"][2]["away"] == 75
