"""Which services are on which network."""

from hardening.model.engine import Network
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service


def users(network: Network, swarm: SwarmFacts) -> list[Service]:
    """The services whose tasks join a network."""
    return [service for service in swarm.services if network.id in targets(service) or network.name in targets(service)]


def targets(service: Service) -> set[str]:
    """Networks a service names, by id or name."""
    return {str(each.get("Target", "")) for each in service.spec.task_template.networks or ()}


def publishes(service: Service) -> bool:
    """Whether the service opens a port on nodes."""
    return bool(service.spec.endpoint_spec and service.spec.endpoint_spec.ports)
