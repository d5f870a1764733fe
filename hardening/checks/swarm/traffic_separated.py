"""Do control and data take different roads?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, manual, of_swarm
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Verdict:
    """The engine does not tell its data path's address: a person has to look."""
    addresses = ", ".join(
        f"{node.description.hostname} {node.status.addr or 'unknown'}"
        for node in sorted(swarm.nodes, key=lambda node: node.description.hostname)
    )
    return manual(f"control addresses: {addresses}", "a `--data-path-addr` on another interface, where there is one")


CHECK = Check(
    id="swarm-traffic-separated",
    title="Control and data traffic use different interfaces",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("7.9"),
    rationale="A flood of data, or a sniffer on that network, then reaches neither raft nor join requests.",
    remediation="`docker swarm init` and `join` with `--advertise-addr` and `--data-path-addr` of two interfaces.",
    evaluate=of_swarm(judge),
)
