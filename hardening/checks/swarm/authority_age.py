"""When was the swarm's certificate authority last replaced?"""

from datetime import timedelta

from cryptography.x509 import Certificate

from hardening.checks.authority import at, authority, day
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_docker,
    failed,
    given,
    of_swarm,
    passed,
)
from hardening.model.facts import Facts, SwarmFacts

MOST = timedelta(days=365)


def judge(facts: Facts, swarm: SwarmFacts) -> Answer:
    """Its beginning against the moment the facts were read; a rotation that hangs counts as none."""

    def read(certificates: tuple[Certificate, ...]) -> Answer:
        expected = f"replaced within {MOST.days} days"
        if swarm.cluster.root_rotation_in_progress:
            return failed("a replacement is under way and has not ended", expected)
        start = min(certificate.not_valid_before_utc for certificate in certificates)
        fine = at(facts.gathered_at) - start <= MOST
        return (passed if fine else failed)(f"in use since {day(start)}", expected)

    return given(authority(swarm), read)


CHECK = Check(
    id="swarm-authority-age",
    title="The swarm's certificate authority is replaced every year",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("7.8"),
    rationale="Its key is on every manager that there ever was; replacing it ends what old disks are good for.",
    remediation="`docker swarm ca --rotate`; where it does not end, see which node is down in `docker node ls`.",
    evaluate=of_swarm(judge),
)
