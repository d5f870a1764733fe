"""What to do about a replica set: (what the stack asks for, how it is now) -> changes of its configuration. Pure.

Deploying and healing come to the same changes: a member that is missing is added, one that the stack no longer names
leaves, votes, priorities and times are held. Healing also takes the vote of a data member that stays away, and lets the
arbiter vote in its place; both give it back when it has returned and caught up.

Each change is a safe reconfiguration, never a forced one, and changes one vote at most. Their order is what keeps a set
writing: a vote is given before another is taken, and the arbiter joins last, because while a lost member still votes,
an arbiter beside it raises the majority to every data member, the lost one included.
"""

from collections.abc import Iterator

from hardening.model.replica_set import (
    AddMember,
    ChangeMember,
    ChangeSettings,
    Decision,
    Member,
    RemoveMember,
    SetStep,
    SetView,
    SetWriteConcern,
    StepDown,
)
from hardening.model.stack import ReplicaSet

CAUGHT_UP_SECONDS = 10.0
"""A member that is no further behind may vote again; a vote that lags would make majority writes wait for it."""
LEAST_CONFIRMING = 2
"""Data members that must keep their vote: with one left, an acknowledged write would be on one machine only."""


def conform(wanted: ReplicaSet, view: SetView, *, arbiter_runs: bool) -> Decision:
    """Changes that make a set what the stack asks for. A member that is away keeps the votes it has.

    Args:
        wanted: of the stack file.
        view: the set now. Without a primary nothing can be changed, and nothing is.
        arbiter_runs: whether the arbiter's service could be joined.
    """
    if not view.primary:
        return _NO_PRIMARY
    voters, notes = _voters(wanted, view)
    new = {wanted.host(service) for service in wanted.members} - {member.host for member in view.members}
    steps = (
        *_additions(wanted, new),
        *_member_changes(wanted, view, voters, giving=True),
        *_settings(wanted, view),
        *_departures(wanted, view),
        *_member_changes(wanted, view, voters, giving=False),
        *_arbiter(wanted, view, voters | new, arbiter_runs=arbiter_runs),
    )
    return Decision(_concern_first(view, steps), tuple(notes))


def heal(wanted: ReplicaSet, view: SetView, *, arbiter_runs: bool, demote_after: float) -> Decision:
    """Changes that let a set survive one more loss while a member is away, and undo that when it is back.

    Who belongs to the set at all is a matter of deploying, and left alone.

    Args:
        wanted: of the stack file.
        view: the set now.
        arbiter_runs: whether the arbiter's service could be joined.
        demote_after: seconds after which a data member that is away loses its vote.
    """
    if not view.primary:
        return _NO_PRIMARY
    voters, notes = _voters(wanted, view)
    lost, kept = _to_demote(wanted, view, voters, demote_after, arbiter_runs=arbiter_runs)
    voters -= lost
    steps = (
        *_member_changes(wanted, view, voters, giving=True),
        *_member_changes(wanted, view, voters, giving=False),
        *_arbiter(wanted, view, voters, arbiter_runs=arbiter_runs),
    )
    return Decision(_concern_first(view, steps), (*notes, *kept))


_NO_PRIMARY = Decision(
    notes=("no member is primary; nothing can be changed until a majority of the votes is back, short of force",)
)


def _concern_first(view: SetView, steps: tuple[SetStep, ...]) -> tuple[SetStep, ...]:
    if view.write_concern == "majority":
        return steps
    before = f"w: {view.write_concern}" if view.write_concern else "not set"
    return (SetStep("Set the default write concern", before, "w: majority", SetWriteConcern()), *steps)


def settings(wanted: ReplicaSet) -> dict[str, int]:
    """The settings that decide how soon a lost machine is made up for.

    Without chaining every member follows the primary, so that the loss of one that is not primary holds up nobody: a
    member that followed it would confirm no write until it has given it up.
    """
    return {
        "chainingAllowed": False,
        "heartbeatTimeoutSecs": wanted.heartbeat_timeout_seconds,
        "electionTimeoutMillis": wanted.election_timeout_ms,
        "catchUpTimeoutMillis": wanted.catch_up_timeout_ms,
    }


def priority(wanted: ReplicaSet, service: str) -> int:
    """The first member of the list is primary while it is well."""
    return 2 if service == wanted.members[0] else 1


# --- who votes ------------------------------------------------------------------------------------------------------


def _voters(wanted: ReplicaSet, view: SetView) -> tuple[set[str], list[str]]:
    """Data members that vote or may vote again, and why others may not yet."""
    voters, notes = set(), []
    for host in map(wanted.host, wanted.members):
        member = view.member(host)
        if member is None:
            continue
        if member.votes:
            voters.add(host)
        elif not member.is_up:
            notes.append(f"{host} is {member.state}: it gets its vote back when it has returned and caught up")
        elif member.lag is None or member.lag > CAUGHT_UP_SECONDS:
            behind = "an unknown time" if member.lag is None else f"{member.lag:.0f} s"
            notes.append(f"{host} is {behind} behind: it gets its vote back when it has caught up")
        else:
            voters.add(host)
    return voters, notes


def _to_demote(
    wanted: ReplicaSet, view: SetView, voters: set[str], after: float, *, arbiter_runs: bool
) -> tuple[set[str], list[str]]:
    """Members whose vote is taken: as many of the lost as leaves an odd number of votes and enough that confirm."""
    lost, notes = [], []
    for host in sorted(voters):
        member = view.member(host)
        if member is None or member.healthy:
            continue
        if member.away is None or member.away < after:
            since = "for an unknown time" if member.away is None else f"for {member.away:.0f} s"
            notes.append(f"{host} is away {since}: its vote is taken after {after:.0f} s")
        else:
            lost.append(member)
    lost.sort(key=lambda member: -(member.away or 0))
    for count in range(len(lost), 0, -1):
        gone = {member.host for member in lost[:count]}
        left = len(voters - gone)
        votes = left + _arbiter_votes(wanted, left, available=_is_at_hand(wanted, view, arbiter_runs=arbiter_runs))
        if left >= LEAST_CONFIRMING and votes % 2:
            return gone, notes
    notes += [f"{member.host} keeps its vote: {_why_kept(wanted, voters)}" for member in lost]
    return set(), notes


def _why_kept(wanted: ReplicaSet, voters: set[str]) -> str:
    if len(voters) - 1 < LEAST_CONFIRMING:
        return "without it, majority writes would be confirmed by one member alone"
    if not wanted.arbiter:
        return "there is no stand-by arbiter to vote in its place"
    return f"the arbiter, {wanted.arbiter}, does not run, and without it nothing would be gained"


def _is_at_hand(wanted: ReplicaSet, view: SetView, *, arbiter_runs: bool) -> bool:
    """Whether the arbiter would answer if it voted."""
    member = view.member(wanted.host(wanted.arbiter)) if wanted.arbiter else None
    return member.is_up if member else arbiter_runs


def _arbiter_votes(wanted: ReplicaSet, voting: int, *, available: bool) -> bool:
    """Whether the arbiter votes beside so many data members: always by the stack's wish, else in a lost one's place."""
    stands_in = available and voting < len(wanted.members) and voting % 2 == 0
    return bool(wanted.arbiter) and (wanted.arbiter_votes or stands_in)


# --- steps ----------------------------------------------------------------------------------------------------------


def _additions(wanted: ReplicaSet, new: set[str]) -> Iterator[SetStep]:
    for service in wanted.members:
        host = wanted.host(service)
        if host in new:
            change = AddMember(host, arbiter=False, votes=1, priority=priority(wanted, service))
            yield SetStep(f"Add {host}", "no member", _standing(1, change.priority), change)


def _member_changes(wanted: ReplicaSet, view: SetView, voters: set[str], *, giving: bool) -> Iterator[SetStep]:
    """Votes given, or votes taken and priorities set."""
    for service in wanted.members:
        member = view.member(wanted.host(service))
        if not member:
            continue
        votes = int(member.host in voters)
        rank = priority(wanted, service) if votes else 0
        if (votes, rank) == (member.votes, member.priority) or giving != (votes > member.votes):
            continue
        before = _standing(member.votes, member.priority) + (f", {member.state}" if not member.healthy else "")
        yield SetStep(_named(member, votes), before, _standing(votes, rank), ChangeMember(member.host, votes, rank))


def _named(member: Member, votes: int) -> str:
    if votes > member.votes:
        return f"Give {member.host} its vote back"
    if votes < member.votes:
        return f"Take the vote of {member.host} until it returns"
    return f"Set the priority of {member.host}"


def _settings(wanted: ReplicaSet, view: SetView) -> Iterator[SetStep]:
    asked = settings(wanted)
    different = {key: value for key, value in asked.items() if view.settings.get(key) != value}
    if different:
        before = ", ".join(f"{key} {view.settings.get(key, '(default)')}" for key in different)
        after = ", ".join(f"{key} {value}" for key, value in different.items())
        yield SetStep("Set how soon a loss is made up for", before, after, ChangeSettings(different))


def _departures(wanted: ReplicaSet, view: SetView) -> Iterator[SetStep]:
    """Members that the stack does not name any more; a primary hands over first."""
    ours = {wanted.host(service) for service in (*wanted.members, wanted.arbiter) if service}
    for member in view.members:
        if member.host in ours:
            continue
        if member is view.primary:
            yield SetStep(f"Let {member.host} step down", "primary", "secondary", StepDown(member.host))
        before = _standing(member.votes, member.priority)
        yield SetStep(f"Remove {member.host}", before, "no member", RemoveMember(member.host))


def _arbiter(wanted: ReplicaSet, view: SetView, voters: set[str], *, arbiter_runs: bool) -> Iterator[SetStep]:
    if not wanted.arbiter:
        return
    host = wanted.host(wanted.arbiter)
    member = view.member(host)
    # One that votes already stays, though it may not answer now: without it the votes would be even.
    votes = _arbiter_votes(wanted, len(voters), available=member is not None or arbiter_runs)
    if votes and not member:
        change = AddMember(host, arbiter=True, votes=1, priority=0)
        yield SetStep(f"Let the arbiter {host} vote", "on stand-by", "1 vote", change)
    elif member and not votes:
        yield SetStep(f"Take the arbiter {host} out", "1 vote", "on stand-by", RemoveMember(host))


def _standing(votes: int, rank: float) -> str:
    return f"{votes} {'vote' if votes == 1 else 'votes'}, priority {rank:g}"
