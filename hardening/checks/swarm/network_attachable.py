"""Can any container join a service's network?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Each overlay's own switch."""
    overlays = [network for network in swarm.networks if network.driver == "overlay" and not network.ingress]
    if not overlays:
        yield not_applicable("the swarm has no overlay network of its own")
    for network in overlays:
        part = f"network {network.name}"
        on = network.attachable
        yield (failed if on else passed)(f"attachable: {str(on).lower()}", "false", part)


CHECK = Check(
    id="swarm-network-attachable",
    title="Only services join overlay networks",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="On an attachable network, `docker run` on any worker is enough to sit beside the database.",
    remediation="Remove `attachable: true` from the network in the stack.",
    evaluate=of_swarm(judge),
)
