"""Can services that serve only their neighbours reach the world?"""

from collections.abc import Iterator

from hardening.checks.swarm_networks import publishes, users
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """A network on which nobody publishes a port has no reason for a way out."""
    closed = [
        (network, members)
        for network in swarm.networks
        if network.driver == "overlay" and not network.ingress and (members := users(network, swarm))
        if not any(publishes(member) for member in members)
    ]
    if not closed:
        yield not_applicable("on every overlay network some service publishes a port, or none is on it")
    for network, members in closed:
        names = ", ".join(sorted(member.spec.name for member in members))
        verdict = passed if network.internal else failed
        kind = "internal" if network.internal else "has a way out"
        yield verdict(f"{kind}; used by {names}", "internal", f"network {network.name}")


CHECK = Check(
    id="swarm-network-internal",
    title="Networks on which nothing is published have no way out",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="A database that can call out can carry its data away, and fetch an intruder's tools.",
    remediation="`internal: true` on the network in the stack; a service that must call out gets a network for that.",
    evaluate=of_swarm(judge),
)
