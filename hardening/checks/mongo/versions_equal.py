"""Do all members of a set run the same release?"""

from hardening.checks.vocabulary import Area, Check, Known, Severity, Verdict, failed, passed, per_replica_set, unknown
from hardening.model.facts import MongoMember


def judge(_name: str, members: tuple[MongoMember, ...]) -> Verdict:
    """Different ones are normal only during an upgrade."""
    gaps = [member for member in members if not isinstance(member.version, Known)]
    found = sorted({member.version.value for member in members if isinstance(member.version, Known)})
    if len(found) > 1:
        return failed(", ".join(found), "one release")
    if gaps:
        return unknown(f"the release of {', '.join(member.service for member in gaps)} is not known")
    return passed(", ".join(found), "one release")


CHECK = Check(
    id="mongo-versions-equal",
    title="All members of a replica set run the same release",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="A mixed set behaves like its oldest member, and an unfinished upgrade is easily forgotten.",
    remediation="Upgrade the members that are behind.",
    evaluate=per_replica_set(judge),
)
