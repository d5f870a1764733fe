"""What is decided about a replica set, as tables: how it is -> what is changed, in order."""

import json

import msgspec
import pytest

from hardening.apply.set_changes import changed
from hardening.model.replica_set import (
    AddMember,
    Change,
    ChangeMember,
    ChangeSettings,
    Decision,
    Member,
    RemoveMember,
    SetView,
    SetWriteConcern,
    StepDown,
)
from hardening.model.stack import ReplicaSet
from hardening.plan.replica_set import conform, heal
from hardening.plan.replica_set import settings as settings_of
from hardening.plan.set_outlook import losses, next_restart
from hardening.plan.set_view import best_status, newest_config, set_view

AFTER = 60.0


def asked(members: str = "a b c", arbiter: str = "x", *, votes: bool = False) -> ReplicaSet:
    return ReplicaSet(tuple(members.split()), "key", {}, arbiter=arbiter, arbiter_votes=votes)


def entry(text: str) -> Member:
    """A member as `name=how`.

    `P` primary, `S` secondary, `S25` 25 s behind, `R` recovering, `-75` away for 75 s, `?` away for nobody knows how
    long; with `0` before it without a vote; `X` an arbiter, `X-75` one that is away.
    """
    name, _, how = text.partition("=")
    arbiter, votes = how.startswith("X"), not how.startswith("0")
    how = how.lstrip("0X")
    away = float(how[1:]) if how.startswith("-") else None
    healthy = away is None and how != "?"
    states = {"P": "PRIMARY", "S": "SECONDARY", "R": "RECOVERING"}
    state = "ARBITER" if arbiter else states.get(how[:1], "(not reachable/healthy)")
    lag = float(how[1:] or 0) if healthy and not arbiter else None
    rank = 0 if arbiter or not votes else 2 if name == "a" else 1
    return Member(
        f"{name}:27017", arbiter, int(votes), rank, state if healthy else "DOWN", healthy, lag, away, f"n{name}"
    )


def seen(text: str, concern: str = "majority", **settings: int) -> SetView:
    return SetView("rs", 7, tuple(map(entry, text.split())), settings_of(asked()) | settings, concern)


def told(decision: Decision) -> list[str]:
    """Each step in a few letters: `+b` member added, `-x` removed, `b1`/`b0` votes, `down a`, `concern`, `times`."""
    return [_told(step.change) for step in decision.steps]


def _told(change: Change) -> str:
    match change:
        case AddMember(host=host):
            return f"+{host[0]}"
        case RemoveMember(host=host):
            return f"-{host[0]}"
        case ChangeMember(host=host, votes=votes, priority=rank):
            return f"{host[0]}{votes}p{rank:g}"
        case ChangeSettings():
            return "times"
        case StepDown(host=host):
            return f"down {host[0]}"
        case SetWriteConcern():
            return "concern"


HEALED = {
    "whole": ("a=P b=S c=S", []),
    "a member away for long": ("a=P b=S c=-75", ["c0p0", "+x"]),
    "the primary of old away for long": ("a=-75 b=P c=S", ["a0p0", "+x"]),
    "a member away for a moment": ("a=P b=S c=-59", []),
    "a member away for nobody knows how long": ("a=P b=S c=?", []),
    "killed after the vote was taken": ("a=P b=S c=0-75", ["+x"]),
    "healed, still away": ("a=P b=S c=0-900 x=X", []),
    "back and caught up": ("a=P b=S c=0S1 x=X", ["c1p1", "-x"]),
    "back, the preferred one": ("a=0S b=P c=S x=X", ["a1p2", "-x"]),
    "back, still behind": ("a=P b=S c=0S25 x=X", []),
    "back, still copying": ("a=P b=S c=0R x=X", []),
    "killed after the vote was given back": ("a=P b=S c=S x=X", ["-x"]),
    "back before the arbiter came": ("a=P b=S c=0S", ["c1p1"]),
    "one back, another away for long": ("a=P b=-75 c=0S x=X", ["c1p1", "b0p0"]),
    "a second one lost after healing": ("a=P b=-75 c=0-900 x=X", []),
    "two of three lost": ("a=S b=-75 c=-75", []),
    "the arbiter lost after healing": ("a=P b=S c=0-900 x=X-75", []),
}


@pytest.mark.parametrize(("now", "steps"), HEALED.values(), ids=HEALED)
def test_healing_three_members(now: str, steps: list[str]) -> None:
    assert told(heal(asked(), seen(now), arbiter_runs=True, demote_after=AFTER)) == steps


OTHERS = {
    "no arbiter in the stack": (asked(arbiter=""), "a=P b=S c=-75", []),
    "the literal four votes": (asked(votes=True), "a=P b=S c=-75 x=X", ["c0p0"]),
    "the literal four votes, back": (asked(votes=True), "a=P b=S c=0S x=X", ["c1p1"]),
    "five members, one lost": (asked("a b c d e"), "a=P b=S c=S d=S e=-75", ["e0p0", "+x"]),
    "five members, a second lost": (asked("a b c d e"), "a=P b=S c=S d=-75 e=0-900 x=X", ["d0p0", "-x"]),
    "five members, two lost, no arbiter": (asked("a b c d e", ""), "a=P b=S c=S d=-75 e=-90", ["d0p0", "e0p0"]),
    "five members, one lost, no arbiter": (asked("a b c d e", ""), "a=P b=S c=S d=S e=-75", []),
    "two members and an arbiter": (asked("a b", votes=True), "a=P b=-75 x=X", []),
    "a stranger, and a member not deployed yet": (asked("a b c d"), "a=P b=S c=S z=S", []),
}


@pytest.mark.parametrize(("wanted", "now", "steps"), OTHERS.values(), ids=OTHERS)
def test_healing_other_sets(wanted: ReplicaSet, now: str, steps: list[str]) -> None:
    assert told(heal(wanted, seen(now), arbiter_runs=True, demote_after=AFTER)) == steps


def test_without_its_arbiter_no_vote_is_taken_and_it_says_why() -> None:
    decision = heal(asked(), seen("a=P b=S c=-75"), arbiter_runs=False, demote_after=AFTER)
    assert decision.steps == ()
    assert "the arbiter, x, does not run" in decision.notes[0]


@pytest.mark.parametrize(
    ("now", "note"),
    [
        ("a=P b=S c=-59", "c:27017 is away for 59 s: its vote is taken after 60 s"),
        ("a=P b=S c=0S25 x=X", "c:27017 is 25 s behind"),
        ("a=P b=-75 c=0-900 x=X", "b:27017 keeps its vote: without it"),
        ("a=S b=-75 c=-75", "no member is primary"),
    ],
)
def test_what_is_left_alone_is_explained(now: str, note: str) -> None:
    decision = heal(asked(), seen(now), arbiter_runs=True, demote_after=AFTER)
    assert any(note in each for each in decision.notes), decision.notes


@pytest.mark.parametrize(("now", "steps"), HEALED.values(), ids=HEALED)
def test_healing_killed_after_any_step_comes_to_the_same_end(now: str, steps: list[str]) -> None:
    """What one run leaves, the next goes on from: the steps left over are the rest of the steps there were."""
    view = seen(now)
    for done in range(len(steps)):
        decision = heal(asked(), view, arbiter_runs=True, demote_after=AFTER)
        assert told(decision) == steps[done:]
        view = after(view, decision.steps[0].change)
    assert heal(asked(), view, arbiter_runs=True, demote_after=AFTER).steps == ()


def test_no_step_changes_more_than_one_vote() -> None:
    for now, _ in HEALED.values():
        view = seen(now)
        while steps := heal(asked(), view, arbiter_runs=True, demote_after=AFTER).steps:
            before = {member.host: member.votes for member in view.members}
            view = after(view, steps[0].change)
            now_votes = {member.host: member.votes for member in view.members}
            hosts = before.keys() | now_votes.keys()
            assert sum(abs(before.get(host, 0) - now_votes.get(host, 0)) for host in hosts) == 1


def after(view: SetView, change: Change) -> SetView:
    """The set once a change was made, everybody's health being as it was."""
    members = {member.host: member for member in view.members}
    config = {
        "_id": view.name,
        "version": view.version,
        "members": [
            {
                "_id": number,
                "host": each.host,
                "arbiterOnly": each.arbiter,
                "votes": each.votes,
                "priority": each.priority,
            }
            for number, each in enumerate(view.members)
        ],
        "settings": view.settings,
    }
    if not isinstance(change, SetWriteConcern):
        config = changed(config, change)
    found = newest_config([json.dumps(config)])
    assert found
    made = set_view(found, best_status([]), None, {})
    arrived = tuple(
        Member(
            each.host, each.arbiter, each.votes, each.priority,
            was.state if was else "ARBITER", was.healthy if was else True, was.lag if was else None,
            was.away if was else None,
        )
        for each in made.members
        for was in (members.get(each.host),)
    )  # fmt: skip
    return SetView(view.name, made.version, arrived, view.settings, "majority")


ASKED = {
    "as it is": (asked(), seen("a=P b=S c=S"), []),
    "initiated with one": (asked(), seen("a=P"), ["+b", "+c"]),
    "initiated with one, nothing set": (asked(), seen("a=P", ""), ["concern", "+b", "+c"]),
    "to the literal four votes": (asked(votes=True), seen("a=P b=S c=S"), ["+x"]),
    "and back": (asked(), seen("a=P b=S c=S x=X"), ["-x"]),
    "the arbiter left the stack": (asked(arbiter=""), seen("a=P b=S c=S x=X"), ["-x"]),
    "one more member": (asked("a b c d e"), seen("a=P b=S c=S"), ["+d", "+e"]),
    "one member less": (asked("a b c"), seen("a=P b=S c=S d=S"), ["-d"]),
    "one less, the primary": (asked("a b c"), seen("a=S b=S c=S d=P"), ["down d", "-d"]),
    "other times": (asked(), seen("a=P b=S c=S", electionTimeoutMillis=10000), ["times"]),
    "away, which is healing's business": (asked(), seen("a=P b=S c=-900"), []),
    "healed and still away": (asked(), seen("a=P b=S c=0-900 x=X"), []),
    "healed and back": (asked(), seen("a=P b=S c=0S x=X"), ["c1p1", "-x"]),
    "two members, the arbiter on stand-by": (asked("a b"), seen("a=P b=S"), []),
    "another one preferred": (asked("b a c"), seen("a=P b=S c=S"), ["b1p2", "a1p1"]),
    "nobody primary": (asked(votes=True), seen("a=S b=-9 c=-9"), []),
}


@pytest.mark.parametrize(("wanted", "view", "steps"), ASKED.values(), ids=ASKED)
def test_deploying_makes_a_set_what_the_stack_asks_for(wanted: ReplicaSet, view: SetView, steps: list[str]) -> None:
    assert told(conform(wanted, view, arbiter_runs=True)) == steps


def test_a_difference_is_shown_with_before_and_after() -> None:
    (step,) = conform(asked(), seen("a=P b=S c=S", electionTimeoutMillis=10000), arbiter_runs=True).steps
    assert (step.before, step.after) == ("electionTimeoutMillis 10000", "electionTimeoutMillis 5000")


def test_a_change_leaves_the_rest_of_a_configuration_alone() -> None:
    config = {
        "_id": "rs", "version": 3, "protocolVersion": 1, "settings": {"replicaSetId": "kept", "chainingAllowed": True},
        "members": [{"_id": 4, "host": "a:1", "tags": {"rack": "1"}, "hidden": False, "votes": 1, "priority": 1}],
    }  # fmt: skip
    assert changed(config, ChangeMember("a:1", 0, 0)) == config | {
        "version": 4,
        "members": [{"_id": 4, "host": "a:1", "tags": {"rack": "1"}, "hidden": False, "votes": 0, "priority": 0}],
    }
    assert changed(config, AddMember("b:1", arbiter=True, votes=1, priority=0))["members"][1]["_id"] == 5


LOST = {
    "three on three": ("a=P b=S c=S", {"na": "writes", "nb": "writes", "nc": "writes"}),
    "one away": ("a=P b=S c=-9", {"na": "nothing", "nb": "nothing"}),
    "healed": ("a=P b=S c=0-9 x=X", {"na": "reads", "nb": "reads", "nx": "writes"}),
    "the literal four votes": ("a=P b=S c=S x=X", {"na": "reads", "nb": "reads", "nc": "reads", "nx": "writes"}),
}


@pytest.mark.parametrize(("now", "left"), LOST.values(), ids=LOST)
def test_what_the_loss_of_each_machine_leaves(now: str, left: dict[str, str]) -> None:
    found = {
        loss.node: "writes" if loss.writes else "reads" if loss.elects else "nothing"
        for loss in losses(seen(now))
        if loss.node in left
    }
    assert found == left


def test_two_votes_on_one_machine_are_lost_together() -> None:
    members = (entry("a=P"), entry("b=S"), entry("c=S"), entry("x=X"))
    moved = msgspec.structs.replace(members[3], node="na")
    found = {loss.node: loss.elects for loss in losses(SetView("rs", 1, (*members[:3], moved)))}
    assert found == {"na": False, "nb": True, "nc": True}


@pytest.mark.parametrize(
    ("now", "majority", "writes", "margin"),
    [("a=P b=S c=S", 2, 2, 1), ("a=P b=S c=-9", 2, 2, 0), ("a=P b=S c=S x=X", 3, 3, 0), ("a=P b=S c=0-9 x=X", 2, 2, 0)],
)
def test_majorities_are_the_servers_own(now: str, majority: int, writes: int, margin: int) -> None:
    view = seen(now)
    assert (view.majority, view.write_majority, view.margin) == (majority, writes, margin)


# --- the server's answers -------------------------------------------------------------------------------------------


def date(second: int) -> dict[str, str]:
    return {"$date": f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"}


CONFIG = {
    "_id": "rs", "version": 4, "term": 2, "settings": {"heartbeatTimeoutSecs": 10, "electionTimeoutMillis": 10000},
    "members": [
        {"_id": 0, "host": "a:1", "priority": 2.0, "votes": 1},
        {"_id": 1, "host": "b:1", "priority": 1, "votes": 1},
        {"_id": 2, "host": "c:1", "priority": 0, "votes": 1, "arbiterOnly": True},
    ],
}  # fmt: skip
STATUS = {
    "set": "rs", "date": date(100), "myState": 1, "term": 2,
    "members": [
        {"name": "a:1", "health": 1.0, "stateStr": "PRIMARY", "self": True, "uptime": 500, "optimeDate": date(99)},
        {"name": "b:1", "health": 1.0, "stateStr": "SECONDARY", "optimeDate": date(95), "lastHeartbeatRecv": date(99)},
        {"name": "c:1", "health": 0.0, "stateStr": "(not reachable/healthy)", "lastHeartbeatRecv": date(40)},
    ],
}  # fmt: skip


def view_of(status: dict[str, object], *more: dict[str, object]) -> SetView:
    config = newest_config([json.dumps(CONFIG), json.dumps(CONFIG | {"version": 3, "members": []})])
    assert config
    return set_view(config, best_status(map(json.dumps, (status, *more))), None, {"a:1": "n1"})


def test_the_servers_answers_become_a_view() -> None:
    view = view_of(STATUS)
    assert view.primary
    assert view.primary.node == "n1"
    assert [member.lag for member in view.members] == [0.0, 4.0, None]
    assert [member.away for member in view.members] == [None, None, 60.0]
    assert view.settings == {"heartbeatTimeoutSecs": 10, "electionTimeoutMillis": 10000}


def test_a_member_never_heard_of_is_away_since_the_one_that_was_asked_runs() -> None:
    never = {"name": "c:1", "health": 0, "stateStr": "DOWN", "lastHeartbeatRecv": {"$date": "1970-01-01T00:00:00Z"}}
    view = view_of(STATUS | {"members": [*STATUS["members"][:2], never]})  # type: ignore[index]  # a list, see above
    assert view.members[2].away == 500


def test_of_two_primaries_the_later_elected_is_believed() -> None:
    stale = STATUS | {"term": 1, "members": [{"name": "b:1", "health": 1, "stateStr": "PRIMARY"}]}
    primary = view_of(stale, STATUS).primary
    assert primary
    assert primary.host == "a:1"


def test_without_a_status_nobody_is_believed_to_be_well() -> None:
    config = newest_config([json.dumps(CONFIG)])
    assert config
    view = set_view(config, best_status([]), None, {})
    assert view.primary is None
    assert not any(member.is_up for member in view.members)


@pytest.mark.parametrize(
    ("source", "believed"), [("implicit", ""), ("global", "majority")], ids=["nobody set it", "somebody set it"]
)
def test_a_default_that_nobody_set_is_none(source: str, believed: str) -> None:
    concern = json.dumps({"defaultWriteConcern": {"w": "majority"}, "defaultWriteConcernSource": source})
    config = newest_config([json.dumps(CONFIG)])
    assert config
    assert set_view(config, best_status([]), concern, {}).write_concern == believed


# --- the order of restarts ------------------------------------------------------------------------------------------

ORDERS = {
    "secondaries first, the primary last": ("a=P b=S c=S", "a b c", "b c a"),
    "one that is down costs nothing": ("a=P b=S c=-9", "a b c", "c b a"),
    "one that never joined costs nothing": ("a=P b=S c=S", "x b a", "x b a"),
    "an arbiter before the data": ("a=P b=S c=S x=X", "a b c x", "x b c a"),
}


@pytest.mark.parametrize(("now", "pending", "order"), ORDERS.values(), ids=ORDERS)
def test_members_restart_one_after_another(now: str, pending: str, order: str) -> None:
    left, found = [f"{name}:27017" for name in pending.split()], []
    while left:
        found.append(next_restart(left, seen(now)).host)
        left.remove(found[-1])
    assert [host[0] for host in found] == order.split()


@pytest.mark.parametrize(
    ("now", "host", "waits_for"),
    [
        ("a=P b=S c=S", "b", ""),
        ("a=P b=S c=-9", "b", "c:27017 is DOWN"),
        ("a=P b=S c=R", "b", "c:27017 is RECOVERING"),
        ("a=P b=S c=-9", "c", ""),
        ("a=P b=S c=0-9 x=X", "b", ""),
        ("a=P b=S c=S", "x", ""),
    ],
    ids=[
        "all well",
        "another is down",
        "another is not ready",
        "it is down itself",
        "the other has no vote",
        "stand-by",
    ],
)
def test_a_member_restarts_only_while_the_other_votes_are_up(now: str, host: str, waits_for: str) -> None:
    restart = next_restart([f"{host}:27017"], seen(now))
    assert "; ".join(restart.waits_for) == waits_for
