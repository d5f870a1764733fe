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

LAX = {
    "any certificate": "net.tls.allowInvalidCertificates",
    "a certificate for any name": "net.tls.allowInvalidHostnames",
}


def judge(member: MongoMember) -> Answer:
    """By a shared key or by certificates, and to the right one: over TLS that verifies who answers."""
    lax = [each for each, path in LAX.items() if option(member, path) == Known(value=True)]

    def read(security: object) -> Answer:
        settings = security if isinstance(security, dict) else {}
        mode = str(settings.get("clusterAuthMode") or ("keyFile" if settings.get("keyFile") else "none"))
        observed = f"members authenticate by {mode}" + (f", to whoever shows {' or '.join(lax)}" if lax else "")
        return (failed if mode == "none" or lax else passed)(observed, "keyFile or x509, certificates verified")

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
    "`clusterAuthMode: x509`. Remove what begins with `allowInvalid` from `net.tls`.",
    evaluate=per_member(judge),
)
