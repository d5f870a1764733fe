"""How old are the tokens with which machines join?"""

from hardening.checks.rotation import rotated
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, of_swarm
from hardening.model.facts import Facts, SwarmFacts

MOST_DAYS = 180


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """Tokens are never read, and no engine tells when they were made: the swarm's age and last change are bounds."""
    return rotated("the tokens", swarm.cluster, facts.gathered_at, MOST_DAYS)


CHECK = Check(
    id="swarm-join-token-age",
    title="The tokens with which machines join are replaced twice a year",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="Whoever has the managers' token and reaches port 2377 becomes a manager, and has every secret.",
    remediation="`docker swarm join-token --rotate --quiet worker`, the same for `manager`; members stay.",
    evaluate=of_swarm(judge),
)
