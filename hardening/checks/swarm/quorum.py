"""Can the swarm lose a manager and still be managed?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts

LEAST, MOST = 3, 7


def judge(_facts: Facts, swarm: SwarmFacts) -> Verdict:
    """Managers that answer against the majority that raft needs."""
    managers = [node for node in swarm.nodes if node.spec.role == "manager"]
    reachable = [node for node in managers if node.manager_status and node.manager_status.reachability == "reachable"]
    margin = len(reachable) - (len(managers) // 2 + 1)
    observed = f"{len(reachable)} of {len(managers)} managers answer; {max(margin, 0)} more may be lost"
    fine = LEAST <= len(managers) <= MOST and len(managers) % 2 == 1 and margin >= 1
    return (passed if fine else failed)(observed, f"an odd number from {LEAST} to {MOST}, and one that may be lost")


CHECK = Check(
    id="swarm-quorum",
    title="The swarm can lose a manager and still be managed",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("7.1"),
    rationale="Without a majority of managers nothing is rescheduled; an even number costs one and gains none.",
    remediation="`docker node promote NODE` until there are three or five; replace managers that do not answer.",
    evaluate=of_swarm(judge),
)
