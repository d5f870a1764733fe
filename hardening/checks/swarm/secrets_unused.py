"""Does the swarm keep secrets and configs that nothing uses?"""

from hardening.checks.stored import used_configs, used_secrets
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, of_swarm
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Verdict:
    """Compare what is stored with what services name."""
    secrets, configs = used_secrets(swarm), used_configs(swarm)
    return all_of(
        [
            *(None if each.id in secrets else f"secret {each.spec.name}" for each in swarm.secrets),
            *(None if each.id in configs else f"config {each.spec.name}" for each in swarm.configs),
        ],
        fine=f"{len(swarm.secrets)} secrets and {len(swarm.configs)} configs, all in use",
        expected="each one used by a service",
        nothing="the swarm stores no secret and no config",
    )


CHECK = Check(
    id="swarm-secrets-unused",
    title="The swarm keeps no secret or config that nothing uses",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="An old password that still works somewhere lies ready for whoever becomes manager.",
    remediation="`docker secret rm NAME` and `docker config rm NAME`.",
    evaluate=of_swarm(judge),
)
