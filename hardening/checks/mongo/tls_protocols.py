"""Are old TLS versions switched off?"""

from hardening.checks.mongo_answers import at, option
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_mongodb,
    failed,
    given,
    not_applicable,
    passed,
    per_member,
)
from hardening.model.facts import MongoMember

OLD = frozenset({"TLS1_0", "TLS1_1"})


def judge(member: MongoMember) -> Answer:
    """Without TLS there is no version to speak of; `mongo-tls-required` fails then."""

    def read(tls: object) -> Answer:
        if at(tls, "mode", "disabled") in {"disabled", None}:
            return not_applicable("TLS is off, which mongo-tls-required judges")
        disabled = {word.strip() for word in str(at(tls, "disabledProtocols", "")).split(",")}
        observed = f"disabled: {', '.join(sorted(disabled - {''})) or 'none named'}"
        return (passed if disabled >= OLD else failed)(observed, f"{', '.join(sorted(OLD))} disabled")

    return given(option(member, "net.tls"), read)


CHECK = Check(
    id="mongo-tls-protocols",
    title="Database members refuse old versions of TLS",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("4.1", "4.2"),
    rationale="TLS 1.0 and 1.1 rest on broken hashes and ciphers.",
    remediation="`net: {tls: {disabledProtocols: TLS1_0,TLS1_1}}` in mongod.conf.",
    evaluate=per_member(judge),
)
