"""Is an acknowledged write safe from the loss of one machine?"""

from hardening.checks.mongo_answers import Document, at, document
from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    per_replica_set,
    unknown,
)
from hardening.model.facts import MongoMember

EXPECTED = "w: majority, set for the whole set"


def judge(name: str, members: tuple[MongoMember, ...]) -> Verdict:
    """The set's default; with an arbiter the implicit one silently becomes w:1."""
    if not name:
        return not_applicable("a standalone server acknowledges for itself")
    reasons = []
    for member in members:
        match document(member.default_concern):
            case Known(value=answer):
                return _judge(answer)
            case gap:
                reasons.append(f"{member.service}: {gap.reason}")
    return unknown("; ".join(reasons))


def _judge(answer: Document) -> Verdict:
    concern = at(answer, "defaultWriteConcern.w", "not set")
    source = str(answer.get("defaultWriteConcernSource", "not told"))
    fine = concern == "majority" and source == "global"
    return (passed if fine else failed)(f"w: {concern}, source {source}", EXPECTED)


CHECK = Check(
    id="mongo-write-concern",
    title="Writes are acknowledged when a majority of members has them",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A write that only the primary has is gone with its machine, after the application was told it is safe.",
    remediation='`db.adminCommand({setDefaultRWConcern: 1, defaultWriteConcern: {w: "majority"}})`.',
    evaluate=per_replica_set(judge),
)
