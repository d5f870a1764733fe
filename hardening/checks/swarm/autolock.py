"""Do managers need a key before they open their store?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Verdict:
    """The swarm's own setting."""
    on = swarm.cluster.spec.encryption_config.auto_lock_managers
    return (passed if on else failed)(f"autolock: {str(on).lower()}", "true")


CHECK = Check(
    id="swarm-autolock",
    title="A restarted manager stays locked until somebody gives the key",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("7.5"),
    rationale="Without it, a stolen disk or backup of a manager holds every secret together with the key that opens "
    "them.",
    remediation="`docker swarm update --autolock=true`, and keep the key where the managers' disks are not.",
    evaluate=of_swarm(judge),
)
