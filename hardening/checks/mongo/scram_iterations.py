"""How much does guessing a password cost?"""

from hardening.checks.mongo_answers import parameter, whole
from hardening.checks.vocabulary import Answer, Area, Check, Severity, failed, given, passed, per_member
from hardening.model.facts import MongoMember

LEAST = 15_000
"""The server's own default."""


def judge(member: MongoMember) -> Answer:
    """Rounds of hashing for new passwords."""
    return given(
        parameter(member, "scramSHA256IterationCount"),
        lambda count: (passed if whole(count) >= LEAST else failed)(f"{whole(count)} rounds", f"{LEAST} at least"),
    )


CHECK = Check(
    id="mongo-scram-iterations",
    title="Passwords are hashed in fifteen thousand rounds at least",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="Each round makes trying passwords against a stolen hash dearer.",
    remediation="Remove `scramSHA256IterationCount`, or set it to 15000 or more, and set the passwords anew.",
    evaluate=per_member(judge),
)
