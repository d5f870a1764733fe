"""Is the certificate that a member shows in date, and for its name?"""

from collections.abc import Iterator

from hardening.checks.authority import at, day
from hardening.checks.mongo_answers import configuration, hosts_of, option
from hardening.checks.subjects import per_member
from hardening.checks.tls import EXPECTED, complaints
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    all_of,
    cis_mongodb,
    given,
    not_applicable,
)
from hardening.model.facts import Facts, MongoMember, OfferedCertificate


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """By handshake, against the moment the facts were read and the member's names in the set's configuration."""
    return per_member(lambda member: _judge(member, facts.gathered_at))(facts)


def _judge(member: MongoMember, now: float) -> Answer:
    if option(member, "net.tls.mode") in {Known(None), Known("disabled")}:
        return not_applicable("it speaks no TLS, which mongo-tls-required judges")
    config = configuration([member])
    wanted = hosts_of(config.value, member) if isinstance(config, Known) else ()

    def read(shown: OfferedCertificate) -> Answer:
        start, end = at(shown.not_before), at(shown.not_after)
        seen = list(complaints(now, start, end, shown.names, wanted))
        return all_of(seen or [None], fine=f"{shown.subject}, valid until {day(end)}", expected=EXPECTED)

    return given(member.certificate, read)


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
