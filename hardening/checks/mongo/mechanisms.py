"""Does the server accept weak logins?"""

from hardening.checks.mongo_answers import parameter
from hardening.checks.vocabulary import Answer, Area, Check, Severity, failed, given, passed, per_member, unknown
from hardening.model.facts import MongoMember

WEAK = frozenset({"SCRAM-SHA-1", "MONGODB-CR", "PLAIN"})


def judge(member: MongoMember) -> Answer:
    """What the server offers, whatever its users have."""

    def read(mechanisms: object) -> Answer:
        if not isinstance(mechanisms, list):
            return unknown(f"authenticationMechanisms is {mechanisms}")
        names = [str(name) for name in mechanisms]
        return (failed if WEAK.intersection(names) else passed)(", ".join(names), f"none of {', '.join(sorted(WEAK))}")

    return given(parameter(member, "authenticationMechanisms"), read)


CHECK = Check(
    id="mongo-mechanisms",
    title="The server offers no weak login mechanism",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="SCRAM-SHA-1 stands on MD5 and SHA-1; PLAIN sends the password itself.",
    remediation="`setParameter: {authenticationMechanisms: SCRAM-SHA-256}` (and MONGODB-X509 where it is used).",
    evaluate=per_member(judge),
)
