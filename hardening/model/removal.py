"""What of a project is on its machines, as far as it can be taken away again."""

from msgspec import Struct

from .swarm import Stored


class StackRemains(Struct, frozen=True):
    """A stack in the swarm: names of its services and networks, and the secrets that harden made for it."""

    services: tuple[str, ...]
    networks: tuple[str, ...]
    secrets: tuple[Stored, ...]


class Remains(Struct, frozen=True):
    """All of a project.

    Attributes:
        stacks: by name, of those that the project names.
        volumes: node -> its volumes of those stacks.
        members: nodes whose engine is in a swarm.
        away: node -> why it could not be asked.
        seen_from: the manager that told of the stacks; empty when none is in a swarm.
    """

    stacks: dict[str, StackRemains]
    volumes: dict[str, tuple[str, ...]]
    members: tuple[str, ...]
    away: dict[str, str]
    seen_from: str
