"""Does every member ask clients who they are?"""

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
    """A keyfile or member certificates switch authorization on as well."""

    def read(security: object) -> Answer:
        settings = security if isinstance(security, dict) else {}
        mode = str(settings.get("authorization", "not set"))
        members = "keyFile" in settings or str(settings.get("clusterAuthMode", "")) not in {"", "keyFile"}
        implied = members and mode == "not set"
        observed = f"authorization {mode}" + (", switched on by member authentication" if implied else "")
        if settings.get("transitionToAuth") is True:
            return failed(f"{observed}, and not enforced yet: transitionToAuth", "enabled")
        fine = mode == "enabled" or implied
        return (passed if fine else failed)(observed, "enabled")

    return given(option(member, "security"), read)


CHECK = Check(
    id="mongo-authorization",
    title="Every database member demands authorization",
    area=Area.MONGO,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_mongodb("2.1", "3.2"),
    rationale="Without it everybody who reaches the port reads and writes every database.",
    remediation="`security: {authorization: enabled}` in mongod.conf.",
    evaluate=per_member(judge),
)
