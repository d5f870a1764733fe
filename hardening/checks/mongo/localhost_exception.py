"""May somebody on a member's loopback make the first administrator?"""

from hardening.checks.mongo_answers import parameter
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_mongodb,
    failed,
    given,
    passed,
    per_member,
)
from hardening.model.facts import MongoMember


def judge(member: MongoMember) -> Answer:
    """The parameter as it stands; on an arbiter, which has no users, the exception never closes by itself."""
    return given(
        parameter(member, "enableLocalhostAuthBypass"),
        lambda on: (passed if on is False else failed)(f"enableLocalhostAuthBypass {str(on).lower()}", "false"),
    )


CHECK = Check(
    id="mongo-localhost-exception",
    title="The localhost exception is closed on every member, the arbiter included",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("2.2"),
    rationale="Through it, whoever runs a process in the container becomes administrator or shuts the arbiter down.",
    remediation="`setParameter: {enableLocalhostAuthBypass: false}` in mongod.conf.",
    evaluate=per_member(judge),
)
