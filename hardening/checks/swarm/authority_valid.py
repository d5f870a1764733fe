"""Does the swarm's certificate authority end soon?"""

from datetime import timedelta

from cryptography.x509 import Certificate

from hardening.checks.authority import at, authority, day
from hardening.checks.vocabulary import Answer, Area, Check, Severity, failed, given, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts

LEAST = timedelta(days=90)


def judge(facts: Facts, swarm: SwarmFacts) -> Answer:
    """Its end against the moment the facts were read."""

    def read(certificates: tuple[Certificate, ...]) -> Answer:
        end = min(certificate.not_valid_after_utc for certificate in certificates)
        fine = end - at(facts.gathered_at) >= LEAST
        return (passed if fine else failed)(f"valid until {day(end)}", f"{LEAST.days} more days at least")

    return given(authority(swarm), read)


CHECK = Check(
    id="swarm-authority-valid",
    title="The swarm's certificate authority does not end soon",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="On the day it ends no node can talk to any other, and none can renew its certificate.",
    remediation="`docker swarm ca --rotate`.",
    evaluate=of_swarm(judge),
)
