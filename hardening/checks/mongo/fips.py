"""Does the server use certified cryptography?"""

from hardening.checks.mongo_edition import enterprise_setting
from hardening.checks.vocabulary import Area, Check, Severity, cis_mongodb, per_member

CHECK = Check(
    id="mongo-fips",
    title="The server uses FIPS 140 cryptography, where its edition can",
    area=Area.MONGO,
    severity=Severity.LOW,
    level=2,
    refs=cis_mongodb("4.4"),
    rationale="Some rules demand certified modules; elsewhere it gains nothing.",
    remediation="`net: {tls: {FIPSMode: true}}` (Enterprise, with a FIPS OpenSSL).",
    evaluate=per_member(enterprise_setting("net.tls.FIPSMode", "on", "its TLS comes from the image's own OpenSSL")),
)
