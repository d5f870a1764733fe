"""Any manager that answers: what one knows of the swarm, all know."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from hardening.errors import FailedError, HostError
from hardening.model.inventory import Inventory

from . import Host
from .engine import Engine, engine


@contextmanager
def any_manager(inventory: Inventory, hosts: Mapping[str, Host]) -> Generator[Engine]:
    """The engine of the first manager that answers and takes part in a swarm.

    Raises:
        HostError: none could be reached.
        FailedError: some could, and none takes part.
    """
    away: list[HostError] = []
    states = []
    for node in inventory.managers:
        try:
            with engine(hosts[node.name]) as running:
                state = running.swarm_state()
        except HostError as error:
            away.append(error)
            continue
        states.append(f"{node.name}: its swarm is {state}")
        if state == "active":
            with engine(hosts[node.name]) as running:
                yield running
            return
    if states:
        raise FailedError("; ".join(states), "harden deploy founds one, harden unlock opens one that is locked")
    raise away[0]
