"""How old are the secrets that services use?"""

from hardening.checks.stored import aged, used_secrets
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, of_swarm
from hardening.model.facts import Facts, SwarmFacts
from hardening.model.stack import CERTIFICATE_LABEL

MOST_DAYS = 180


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """From the day each was made; swarm cannot change one. A certificate says itself until when it is good."""
    used = used_secrets(swarm)
    keys = (each for each in swarm.secrets if each.id in used and CERTIFICATE_LABEL not in (each.spec.labels or {}))
    return all_of(
        aged(keys, facts.gathered_at, MOST_DAYS),
        fine=f"none is older than {MOST_DAYS} days",
        expected=f"{MOST_DAYS} days at most",
        nothing="no service uses a secret",
    )


CHECK = Check(
    id="swarm-secret-age",
    title="Secrets in use are replaced twice a year",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=2,
    refs=(),
    rationale="The longer a password lives, the more backups, logs and former colleagues hold it.",
    remediation="Make a new secret under a new name, point the service at it, remove the old one.",
    evaluate=of_swarm(judge),
)
