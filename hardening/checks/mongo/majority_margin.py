"""Can a data member be lost while writes are still acknowledged?"""

from hardening.checks.mongo_answers import Document, status, whole
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    failed,
    given,
    not_applicable,
    passed,
    per_replica_set,
    unknown,
)
from hardening.model.facts import MongoMember


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """The server's own count of who can confirm a write against how many have to."""
    if not name:
        return not_applicable("a standalone server confirms alone")
    return given(status(members), _judge)


def _judge(answer: Document) -> Verdict:
    if "writableVotingMembersCount" not in answer or "writeMajorityCount" not in answer:
        return unknown("the server does not tell its write majority")
    writable, majority = whole(answer["writableVotingMembersCount"]), whole(answer["writeMajorityCount"])
    observed = f"{writable} members can confirm a write, {majority} have to"
    return (passed if writable > majority else failed)(observed, "more than have to")


CHECK = Check(
    id="mongo-majority-margin",
    title="Majority writes go on when one data member is lost",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="An arbiter raises the majority and confirms nothing: with it, every data member may be needed.",
    remediation="Take the arbiter's vote away (`rs.remove`), or add a data member.",
    evaluate=per_replica_set(judge),
)
