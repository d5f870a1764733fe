"""Is an acknowledged write safe from the loss of one machine?"""

from functools import partial

from hardening.checks.mongo_answers import Document, at, configuration, document
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
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

EXPECTED = "w: majority, in the journal, set for the whole set"
JOURNAL = "writeConcernMajorityJournalDefault"


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """The set's default; with an arbiter the implicit one silently becomes w:1."""
    if not name:
        return not_applicable("a standalone server acknowledges for itself")
    reasons = []
    for member in members:
        match document(member.default_concern):
            case Known(value=answer):
                return given(configuration(members), partial(_judge, answer))
            case gap:
                reasons.append(f"{member.service}: {gap.reason}")
    return unknown("; ".join(reasons))


def _judge(answer: Document, config: Document) -> Verdict:
    concern = at(answer, "defaultWriteConcern.w", "not set")
    source = str(answer.get("defaultWriteConcernSource", "not told"))
    observed = f"w: {concern}, source {source}"
    if at(answer, "defaultWriteConcern.j") is False:
        return failed(f"{observed}, j: false: confirmed before it is on disk", EXPECTED)
    if config.get(JOURNAL) is False:
        return failed(f"{observed}, {JOURNAL} false: confirmed before it is on disk", EXPECTED)
    fine = concern == "majority" and source == "global"
    return (passed if fine else failed)(observed, EXPECTED)


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
