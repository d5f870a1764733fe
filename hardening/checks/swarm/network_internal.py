"""Can services that serve only their neighbours reach the world?"""

from collections.abc import Iterator

from hardening.checks.swarm_networks import publishes, users
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, not_applicable, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts

EXPECTED = "internal"


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """A network on which nobody publishes a port has no reason for a way out."""
    used = [
        (network, members)
        for network in swarm.networks
        if network.driver == "overlay" and not network.ingress and (members := users(network, swarm))
    ]
    if not used:
        yield not_applicable("no service is on an overlay network")
    for network, members in used:
        part = f"network {network.name}"
        names = ", ".join(sorted(member.spec.name for member in members))
        open_to = ", ".join(sorted(member.spec.name for member in members if publishes(member)))
        if network.internal:
            yield passed(f"internal; used by {names}", EXPECTED, part)
        elif open_to:
            yield not_applicable(f"has a way out, for {open_to} publishes a port", part)
        else:
            yield failed(f"has a way out; used by {names}", EXPECTED, part)


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
