"""Do members of a set prove to each other who they are?"""

from hardening.checks.mongo_answers import option
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Severity,
    cis_mongodb,
    failed,
    given,
    passed,
    per_member,
)
from hardening.model.facts import MongoMember


def judge(member: MongoMember) -> Answer:
    """By a shared key or by certificates, and to the right one: over TLS that verifies who answers."""
    unverified = option(member, "net.tls.allowInvalidCertificates") == Known(value=True)

    def read(security: object) -> Answer:
        settings = security if isinstance(security, dict) else {}
        mode = str(settings.get("clusterAuthMode") or ("keyFile" if settings.get("keyFile") else "none"))
        observed = f"members authenticate by {mode}" + (", to whoever shows any certificate" if unverified else "")
        return (failed if mode == "none" or unverified else passed)(observed, "keyFile or x509, certificates verified")

    return given(option(member, "security"), read)


CHECK = Check(
    id="mongo-member-authentication",
    title="Members of a replica set prove to each other who they are",
    area=Area.MONGO,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_mongodb("2.3"),
    rationale="Otherwise a stranger joins the set, receives every document and votes.",
    remediation="`security: {keyFile: /run/secrets/keyfile}`, the secret with mode 0400 and the service's user; or "
    "`clusterAuthMode: x509`. Remove `allowInvalidCertificates` from `net.tls`.",
    evaluate=per_member(judge),
)
