"""Is the certificate that a member shows in date, and for its name?"""

from collections.abc import Iterator

from hardening.checks.mongo_answers import configuration, hosts_of
from hardening.checks.subjects import per_member
from hardening.checks.tls import certificates_sent
from hardening.checks.vocabulary import Answer, Area, Check, Known, Outcome, Severity, cis_mongodb
from hardening.model.facts import Facts, MongoMember

NO_TLS = "it speaks no TLS, which mongo-tls-required judges"


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """By handshake, against the moment the facts were read and the name in the set's configuration."""

    def judge(member: MongoMember) -> Answer:
        config = configuration([member])
        names = hosts_of(config.value, member) if isinstance(config, Known) else ()
        return certificates_sent(member.inside, facts.gathered_at, names, NO_TLS)

    return per_member(judge)(facts)


CHECK = Check(
    id="mongo-tls-certificate",
    title="Database members show a certificate that is in date and for their name",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("4.3"),
    rationale="On the day it ends no member accepts another, and the set has no primary; a wrong name teaches clients "
    "to look away.",
    remediation="Issue a new one for the member's name, replace the secret, restart one member after the other.",
    evaluate=evaluate,
)
