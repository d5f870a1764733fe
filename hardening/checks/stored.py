"""Secrets and configs of the swarm: who uses them, and how old they are."""

from datetime import datetime

from hardening.model.facts import SwarmFacts
from hardening.model.known import Known, Unavailable
from hardening.model.swarm import Stored


def used_secrets(swarm: SwarmFacts) -> set[str]:
    """Ids of the secrets that some service uses."""
    containers = [service.spec.task_template.container_spec for service in swarm.services]
    return {use.secret_id for container in containers if container for use in container.secrets or ()}


def used_configs(swarm: SwarmFacts) -> set[str]:
    """Ids of the configs that some service uses."""
    containers = [service.spec.task_template.container_spec for service in swarm.services]
    return {str(use.get("ConfigID", "")) for container in containers if container for use in container.configs or ()}


def days_old(stored: Stored, now: float) -> Known[float] | Unavailable:
    """Days since it was made."""
    try:
        made = datetime.fromisoformat(stored.created_at[:19] + "+00:00")
    except ValueError:
        return Unavailable(f"{stored.spec.name}: `{stored.created_at}` is no time")
    return Known((now - made.timestamp()) / 86400)
