"""How long does a stolen node certificate open the swarm?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, of_swarm, passed, unknown
from hardening.model.facts import Facts, SwarmFacts

MOST_DAYS = 30


def judge(_facts: Facts, swarm: SwarmFacts) -> Verdict:
    """The life that new certificates get."""
    life = swarm.cluster.spec.ca_config.node_cert_expiry
    if life <= 0:
        return unknown("the swarm does not tell how long its certificates live")
    hours = life / 3.6e12
    observed = f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - how people say it
    return (passed if hours <= MOST_DAYS * 24 else failed)(observed, f"{MOST_DAYS} days at most")


CHECK = Check(
    id="swarm-certificate-life",
    title="Node certificates live for a month at most",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("7.7"),
    rationale="A certificate copied from a node is good until it ends; nodes renew theirs by themselves.",
    remediation="`docker swarm update --cert-expiry 24h`.",
    evaluate=of_swarm(judge),
)
