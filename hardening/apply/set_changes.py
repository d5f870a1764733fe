"""Carries out changes to a replica set: one at a time, each decided on what the set says at that moment."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from hardening.errors import FailedError
from hardening.hosts.database import Client, Document, OperationFailure, PyMongoError, complaint
from hardening.model.replica_set import (
    AddMember,
    Change,
    ChangeMember,
    ChangeSettings,
    Decision,
    RemoveMember,
    SetStep,
    SetView,
    SetWriteConcern,
    StepDown,
)

from .set_members import Members, Reached, observe

SETTLE_SECONDS = 120
"""For all changes of a set together, on a machine of common speed; each takes about a second (measured on 6.0)."""
STEP_DOWN_SECONDS = 60
"""For which a primary that stepped down will not stand again."""
CATCH_UP_SECONDS = 10
"""How long a primary waits for a secondary to have everything before it hands over."""
_POLL_SECONDS = 0.5
_CLOSE_LOOK_SECONDS = 0.02
_PASSING = frozenset(
    {"ConfigurationInProgress", "CurrentConfigNotCommittedYet", "NewReplicaSetConfigurationIncompatible"}
)
"""Refusals that may pass: another change is under way, or came between reading and writing."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Handover:
    """A primary that stepped down: from where to where, and for how many seconds no majority write could succeed."""

    before: str
    after: str
    writes_out: float


def settle(
    members: Members,
    decided: Callable[[SetView], Decision],
    report: Report,
    *,
    seconds: float,
    agreed: tuple[SetStep, ...] | None = None,
) -> SetView:
    """Carry out what is decided until nothing is left to do.

    After each change the set is looked at again and decided on anew, so it may be killed at any moment and run again.

    Args:
        members: the ways to the set.
        decided: what to do about a view of the set.
        report: told of each change when it was made.
        seconds: for all of it.
        agreed: changes that somebody agreed to; any other ends it. None agrees to all.

    Raises:
        FailedError: a change was refused, the set has no primary, or it does not come to rest.
    """
    deadline = time.monotonic() + seconds
    refusal = ""
    while time.monotonic() < deadline:
        view, primary = writable(members, deadline)
        steps = decided(view).steps
        if not steps:
            return view
        if agreed is not None and steps[0].change not in [step.change for step in agreed]:
            raise FailedError(f"{view.name} changed meanwhile: it now needs “{steps[0].summary}”", "run it again")
        try:
            _carry_out(members, primary, steps[0].change)
        except PyMongoError as error:
            if not _may_pass(error):
                raise FailedError(f"{view.name}: {steps[0].summary}: {complaint(error)}") from None
            refusal = f": {steps[0].summary}: {complaint(error)}"
            time.sleep(_POLL_SECONDS)
            continue
        report(f"{view.name}: {steps[0].summary}: {steps[0].after}")
    raise FailedError(f"the replica set is not settled after {seconds:.0f} s{refusal}", "run it again; it goes on")


def writable(members: Members, deadline: float) -> tuple[SetView, Reached]:
    """Wait for a primary that takes writes.

    Raises:
        FailedError: none came to be until the deadline, in `time.monotonic()`'s seconds.
    """
    while True:
        view = observe(members)
        if view and view.primary:
            service = view.primary.host.rpartition(":")[0]
            if service in members.reached and _takes_writes(members.reached[service]):
                return view, members.reached[service]
        if time.monotonic() > deadline:
            states = ", ".join(f"{each.host} {each.state}" for each in view.members) if view else "it is not initiated"
            raise FailedError(f"the replica set has no primary that could be reached: {states}")
        time.sleep(_POLL_SECONDS)


def hand_over(members: Members, *, seconds: float) -> Handover:
    """Let the primary step down, and wait until another one has a write confirmed by the majority.

    Raises:
        FailedError: it refused, because no secondary could take over: nothing was changed; or nobody took over.
    """
    view, primary = writable(members, time.monotonic() + seconds)
    before = view.primary.host if view.primary else ""
    began = time.monotonic()
    try:
        primary.client.admin.command("replSetStepDown", STEP_DOWN_SECONDS, secondaryCatchUpPeriodSecs=CATCH_UP_SECONDS)
    except OperationFailure as error:
        raise FailedError(f"{view.name}: {before} does not step down: {complaint(error)}") from None
    others = {service: each for service, each in members.reached.items() if each is not primary}
    while time.monotonic() < began + seconds:
        for service, member in others.items():
            if _takes_writes(member) and _confirms(member):
                return Handover(before, members.replica_set.host(service), time.monotonic() - began)
        time.sleep(_CLOSE_LOOK_SECONDS)
    raise FailedError(f"{view.name}: {before} stepped down, and nobody took over within {seconds:.0f} s")


def changed(config: Document, change: Change) -> Document:
    """A configuration with one change and the next version; everything else in it stays as it was."""
    members = [dict(entry) for entry in config["members"]]
    settings = dict(config.get("settings", {}))
    match change:
        case AddMember(host=host, arbiter=arbiter, votes=votes, priority=rank):
            number = max(entry["_id"] for entry in members) + 1
            entry = {"_id": number, "host": host, "arbiterOnly": arbiter, "votes": votes, "priority": rank}
            members.append(entry)
        case RemoveMember(host=host):
            members = [entry for entry in members if entry["host"] != host]
        case ChangeMember(host=host, votes=votes, priority=rank):
            (entry,) = (entry for entry in members if entry["host"] == host)
            entry.update(votes=votes, priority=rank)
        case ChangeSettings():
            settings |= change.settings
        case SetWriteConcern() | StepDown():
            raise TypeError(f"{type(change).__name__} is no change of the configuration")
    return {**config, "members": members, "settings": settings, "version": config["version"] + 1}


def _carry_out(members: Members, primary: Reached, change: Change) -> None:
    match change:
        case StepDown():
            hand_over(members, seconds=SETTLE_SECONDS)
        case SetWriteConcern():
            primary.client.admin.command("setDefaultRWConcern", defaultWriteConcern={"w": "majority", "wtimeout": 0})
        case _:
            _reconfigure(primary.client, change)


def _reconfigure(client: Client, change: Change) -> None:
    config = client.admin.command("replSetGetConfig")["config"]
    client.admin.command("replSetReconfig", changed(config, change))


def _takes_writes(member: Reached) -> bool:
    try:
        return bool(member.client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False  # it is asked again, until somebody's deadline


def _confirms(member: Reached) -> bool:
    """Whether a majority confirms a write of this member: a note in the operation log, which touches no data."""
    concern = {"w": "majority", "wtimeout": int(member.seconds * 1000)}
    try:
        member.client.admin.command("appendOplogNote", data={"harden": "handover"}, writeConcern=concern)
    except PyMongoError:
        return False  # as above
    return True


def _may_pass(error: PyMongoError) -> bool:
    """Whether a refusal is of the moment: an election, a lost connection, a change that came between."""
    if not isinstance(error, OperationFailure):
        return True
    return (error.details or {}).get("codeName") in _PASSING
