"""A project folder: which stacks go on which machines."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from .dns import ProjectDns
from .inventory import Inventory
from .policy import RoleProfile
from .stack import Stack


class AppArmor(StrEnum):
    """Whether a node without AppArmor is refused."""

    REQUIRED = "required"
    WHEN_THERE = "when-there"
    """A single engine goes on with what its kernel has, and says what it lacks. Never in a cluster."""


class EngineSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`engine:` of harden.yml: settings for every node's engine beyond the hardened ones.

    Attributes:
        daemon: further keys for daemon.json; a key that harden sets itself is refused.
        userns_remap: map container users to unprivileged host users; needed before a node joins.
        apparmor: whether to go on where the kernel has none.
    """

    daemon: dict[str, object] = {}
    userns_remap: bool = True
    apparmor: AppArmor = AppArmor.REQUIRED


class SwarmSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`swarm:` of harden.yml.

    Attributes:
        autolock: managers need a key after a restart.
        cert_expiry_hours: life of a node's certificate, 1 at least.
        heartbeat_seconds: how often nodes report; one that misses three is down and its tasks are replaced.
        address_pool: networks of which overlays get their addresses, when the swarm is founded; none is Docker's own
            choice, 10.0.0.0/8.
    """

    autolock: bool = True
    cert_expiry_hours: Annotated[int, Meta(ge=1)] = 24
    heartbeat_seconds: Annotated[int, Meta(ge=1, le=120)] = 5
    address_pool: tuple[str, ...] = ()


class Project(Struct, frozen=True):
    """Everything a user decided, read and checked."""

    name: str
    root: str
    inventory: Inventory
    engine: EngineSettings
    swarm: SwarmSettings
    stacks: tuple[Stack, ...]
    profiles: dict[str, RoleProfile]
    allowed_ports: tuple[int, ...] = ()
    dns: ProjectDns | None = None
