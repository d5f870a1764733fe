"""Which versions of TLS does a member really speak?"""

from hardening.checks.tls import versions_spoken
from hardening.checks.vocabulary import Area, Check, Severity, cis_mongodb, per_member

NO_TLS = "it speaks no TLS, which mongo-tls-required judges"

CHECK = Check(
    id="mongo-tls-handshake",
    title="Database members refuse a handshake in an old version of TLS",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("4.1", "4.2"),
    rationale="Settings and the TLS library decide together; only a handshake shows the outcome.",
    remediation="`net: {tls: {disabledProtocols: TLS1_0,TLS1_1}}` in mongod.conf.",
    evaluate=per_member(lambda member: versions_spoken(member.inside, NO_TLS)),
)
