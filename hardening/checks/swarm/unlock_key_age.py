"""How old is the key that opens the managers?"""

from hardening.checks.rotation import rotated
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, not_applicable, of_swarm
from hardening.model.facts import Facts, SwarmFacts

MOST_DAYS = 365


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """No engine tells when it was made: the swarm's own age and last change are its bounds."""
    if not swarm.cluster.spec.encryption_config.auto_lock_managers:
        return not_applicable("managers need no key, which swarm-autolock judges")
    return rotated("the key", swarm.cluster, facts.gathered_at, MOST_DAYS)


CHECK = Check(
    id="swarm-unlock-key-age",
    title="The key that opens the managers is replaced every year",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("7.6"),
    rationale="Everybody who ever unlocked a manager knows it; once replaced, old notes of it open nothing.",
    remediation="`docker swarm unlock-key --rotate`, and keep the new one where the managers' disks are not.",
    evaluate=of_swarm(judge),
)
