"""How old are the configs that services use?"""

from hardening.checks.stored import aged, used_configs
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, of_swarm
from hardening.model.facts import Facts, SwarmFacts

MOST_DAYS = 365


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """From the day each was made; swarm cannot change one."""
    used = used_configs(swarm)
    return all_of(
        aged((config for config in swarm.configs if config.id in used), facts.gathered_at, MOST_DAYS),
        fine=f"none is older than {MOST_DAYS} days",
        expected=f"{MOST_DAYS} days at most",
        nothing="no service uses a config",
    )


CHECK = Check(
    id="swarm-config-age",
    title="Configs in use are looked over every year",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=2,
    refs=(),
    rationale="Settings that nobody touched for years allow what was usual years ago.",
    remediation="Look it over, make a new config under a new name, point the service at it, remove the old one.",
    evaluate=of_swarm(judge),
)
