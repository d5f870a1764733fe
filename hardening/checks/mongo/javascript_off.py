"""May clients run JavaScript inside the server?"""

from hardening.checks.mongo_answers import option
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
    """On unless switched off."""
    return given(
        option(member, "security.javascriptEnabled"),
        lambda on: (passed if on is False else failed)(f"javascriptEnabled {str(on is not False).lower()}", "false"),
    )


CHECK = Check(
    id="mongo-javascript-off",
    title="The server runs no JavaScript for clients",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_mongodb("6.3"),
    rationale="`$where` and `$function` turn an injected query into a program, and need writable executable memory.",
    remediation="`security: {javascriptEnabled: false}` in mongod.conf.",
    evaluate=per_member(judge),
)
