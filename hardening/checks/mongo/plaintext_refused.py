"""Does a member answer a client that speaks no TLS?"""

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

EXPECTED = "refused"


def judge(member: MongoMember) -> Answer:
    """What a client without TLS really got; the mode in its settings says only what was meant."""

    def read(answer: str) -> Answer:
        if answer == "refused":
            return passed("a client without TLS was refused", EXPECTED)
        if answer == "answered":
            return failed("a client without TLS was answered", EXPECTED)
        return unknown(f"a client without TLS was neither answered nor refused: {answer}")

    return given(member.plaintext, read)


CHECK = Check(
    id="mongo-plaintext-refused",
    title="Every database member refuses clients that speak no TLS",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("4.3"),
    rationale="One member that still answers in the clear is where a password is read; the arbiter counts as one.",
    remediation="`net: {tls: {mode: requireTLS}}`, or `setParameter: {tlsMode: requireTLS}` while it runs.",
    evaluate=per_member(judge),
)
