"""What does a member tell somebody without a login?"""

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
    unknown,
)
from hardening.model.facts import MongoMember

REFUSED = frozenset({"Unauthorized", "AuthenticationFailed"})


def judge(member: MongoMember) -> Answer:
    """The answer that was really given to `listDatabases` without credentials, on the member's loopback."""

    def read(answer: str) -> Answer:
        expected = "Unauthorized"
        if answer in REFUSED:
            return passed(f"listDatabases: {answer}", expected)
        if answer == "ok":
            return failed("listDatabases: answered", expected)
        return unknown(f"listDatabases was neither answered nor refused: {answer}")

    return given(member.anonymous, read)


CHECK = Check(
    id="mongo-anonymous-refused",
    title="Every database member refuses a client without a login",
    area=Area.MONGO,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_mongodb("2.1", "2.2", "3.2"),
    rationale="A setting says what is meant; only a refused call shows that it holds, on the arbiter too.",
    remediation="`security: {authorization: enabled}` and `setParameter: {enableLocalhostAuthBypass: false}`.",
    evaluate=per_member(judge),
)
