"""Are the server's test commands off?"""

from hardening.checks.mongo_answers import parameter
from hardening.checks.vocabulary import Answer, Area, Check, Severity, failed, given, passed, per_member
from hardening.model.facts import MongoMember


def judge(member: MongoMember) -> Answer:
    """The parameter as it stands; 0 and false are both off."""
    return given(
        parameter(member, "enableTestCommands"),
        lambda on: (passed if on in (False, 0) else failed)(f"enableTestCommands {str(on).lower()}", "false"),
    )


CHECK = Check(
    id="mongo-test-commands-off",
    title="The server's test commands are off",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="They crash, freeze and rewind the server on request.",
    remediation="Remove `enableTestCommands` from `setParameter`.",
    evaluate=per_member(judge),
)
