"""Which versions of TLS does a member really speak?"""

from hardening.checks.mongo_answers import option
from hardening.checks.tls import versions_spoken
from hardening.checks.vocabulary import Answer, Area, Check, Known, Severity, cis_mongodb, per_member
from hardening.model.facts import MongoMember

NO_TLS = "it speaks no TLS, which mongo-tls-required judges"


def judge(member: MongoMember) -> Answer:
    """By one handshake for each version."""
    is_off = option(member, "net.tls.mode") in {Known(None), Known("disabled")}
    is_meant = isinstance(member.cmd_line, Known) and not is_off
    return versions_spoken(member.inside, NO_TLS, is_meant=is_meant)


CHECK = Check(
    id="mongo-tls-handshake",
    title="Database members refuse a handshake in an old version of TLS",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("4.1", "4.2"),
    rationale="Settings and the TLS library decide together; only a handshake shows the outcome.",
    remediation="`net: {tls: {disabledProtocols: TLS1_0,TLS1_1}}` in mongod.conf.",
    evaluate=per_member(judge),
)
