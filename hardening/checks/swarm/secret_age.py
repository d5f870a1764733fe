"""How old are the secrets that services use?"""

from collections.abc import Iterator

from hardening.checks.stored import days_old, used_secrets
from hardening.checks.vocabulary import Area, Check, Known, Severity, Unavailable, Verdict, all_of, of_swarm
from hardening.model.facts import Facts, SwarmFacts
from hardening.model.stack import CERTIFICATE_LABEL

MOST_DAYS = 180


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """From the day each was made; swarm cannot change one. A certificate says itself until when it is good."""
    return all_of(
        _observations(facts, swarm),
        fine=f"none is older than {MOST_DAYS} days",
        expected=f"{MOST_DAYS} days at most",
        nothing="no service uses a secret",
    )


def _observations(facts: Facts, swarm: SwarmFacts) -> Iterator[str | Unavailable | None]:
    used = used_secrets(swarm)
    for secret in swarm.secrets:
        if secret.id not in used or CERTIFICATE_LABEL in (secret.spec.labels or {}):
            continue
        match days_old(secret, facts.gathered_at):
            case Known(value=days):
                yield f"{secret.spec.name}: {days:.0f} days" if days > MOST_DAYS else None
            case Unavailable() as gap:
                yield gap


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
