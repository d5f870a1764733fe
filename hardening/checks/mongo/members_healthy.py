"""Is every member of the set up, and one of them primary?"""

from hardening.checks.mongo_answers import Document, members_of, status
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    all_of,
    given,
    not_applicable,
    per_replica_set,
)
from hardening.model.facts import MongoMember

WELL = frozenset({"PRIMARY", "SECONDARY", "ARBITER"})


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """The primary's view of all members."""
    if not name:
        return not_applicable("a standalone server is no set")
    return given(status(members), _judge)


def _judge(answer: Document) -> Verdict:
    states = {str(entry.get("name", "?")): str(entry.get("stateStr", "unknown")) for entry in members_of(answer)}
    complaints = [None if state in WELL else f"{name} is {state}" for name, state in states.items()]
    primaries = list(states.values()).count("PRIMARY")
    if states and primaries != 1:
        complaints.append(f"{primaries} primaries")
    return all_of(
        complaints,
        fine=", ".join(f"{name} {state.lower()}" for name, state in states.items()),
        expected="one primary; the others secondary or arbiter",
    )


CHECK = Check(
    id="mongo-members-healthy",
    title="Every replica set has one primary and all of its members",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A set that runs on its last majority stops at the next failure.",
    remediation="`rs.status()` names the member; look at its container's log and its machine.",
    evaluate=per_replica_set(judge),
)
