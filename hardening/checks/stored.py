"""Secrets and configs of the swarm: who uses them, and how old they are."""

from collections.abc import Iterable, Iterator

from hardening.model.facts import SwarmFacts
from hardening.model.known import Known, Unavailable
from hardening.model.swarm import Stored

from .rotation import days_since


def used_secrets(swarm: SwarmFacts) -> set[str]:
    """Ids of the secrets that some service uses."""
    containers = [service.spec.task_template.container_spec for service in swarm.services]
    return {use.secret_id for container in containers if container for use in container.secrets or ()}


def used_configs(swarm: SwarmFacts) -> set[str]:
    """Ids of the configs that some service uses."""
    containers = [service.spec.task_template.container_spec for service in swarm.services]
    return {use.config_id for container in containers if container for use in container.configs or ()}


def aged(kept: Iterable[Stored], now: float, most_days: int) -> Iterator[str | Unavailable | None]:
    """One observation for each: too old, or of no known age; see `all_of`."""
    for each in kept:
        match days_since(each.created_at, now):
            case Known(value=days):
                yield f"{each.spec.name}: {days:.0f} days" if days > most_days else None
            case Unavailable(reason=reason):
                yield Unavailable(f"{each.spec.name}: {reason}")
