"""Does the set survive the loss of any one member, and elect without a tie?"""

from hardening.checks.mongo_answers import Document, configuration, members_of, whole
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
)
from hardening.model.facts import MongoMember

EXPECTED = "an odd number of votes, three at least, and one arbiter at most"
LEAST = 3


def judge(name: str, members: tuple[MongoMember, ...]) -> Answer:
    """Votes and arbiters of the configuration."""
    if not name:
        return not_applicable("a standalone server elects nobody")
    return given(configuration(members), _judge)


def _judge(config: Document) -> Verdict:
    entries = members_of(config)
    votes = sum(whole(entry.get("votes", 1)) for entry in entries)
    arbiters = sum(entry.get("arbiterOnly") is True for entry in entries)
    margin = votes - (votes // 2 + 1)
    observed = f"{votes} votes in {len(entries)} members, {arbiters} of them arbiters; {max(margin, 0)} may be lost"
    fine = votes >= LEAST and votes % 2 == 1 and arbiters <= 1
    return (passed if fine else failed)(observed, EXPECTED)


CHECK = Check(
    id="mongo-votes",
    title="Every replica set has an odd number of votes, three at least",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Four votes survive no more than three do, and put two of them on one of three machines: its loss ends "
    "the set.",
    remediation="Three voting data members on three machines, the arbiter on stand-by; `topology: resilient`.",
    evaluate=per_replica_set(judge),
)
