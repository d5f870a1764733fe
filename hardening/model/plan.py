"""What would be changed, shown before it is."""

from enum import IntEnum

from msgspec import Struct

from .stack import ReplicaSet, Stack


class Phase(IntEnum):
    """Order of work. Steps of one phase on different nodes may run at the same time, except ENGINE's in a swarm."""

    FILES = 1
    ENGINE = 2
    SWARM = 3
    MEMBERSHIP = 4
    SECRETS = 5
    IMAGES = 6
    FIRST_START = 7
    """Of a replica set: its members start, and it is prepared, before anything that will ask it."""
    STACK = 8
    DATABASE = 9
    CLEANUP = 10
    REMOVAL = 20
    """Of `harden destroy` alone; its steps are applied in the order they stand in."""


class InstallFile(Struct, frozen=True, tag="install_file"):
    """Put a file on a node, whole or not at all.

    Attributes:
        content: text; None leaves the file as it is (only `check` and `then` run).
        mode: permission bits; the owner is root.
        check: program run on the new content before it takes its place; `{}` stands for its temporary path. Its
            failure leaves everything as it was.
        then: program run once the file is in place.
    """

    path: str
    content: str | None
    mode: int = 0o644
    check: tuple[str, ...] = ()
    then: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the content, which may be a login."""
        return f"InstallFile({self.path!r}, mode={self.mode:#o})"


class RestartEngine(Struct, frozen=True, tag="restart_engine"):
    """Restart a node's engine and wait until it answers."""


class SwarmOptions(Struct, frozen=True):
    """Settings of a swarm; times in nanoseconds, as the engine has them."""

    autolock: bool
    cert_expiry: int
    heartbeat: int


class InitSwarm(Struct, frozen=True, tag="init_swarm"):
    """Found the swarm."""

    address: str
    options: SwarmOptions
    address_pool: tuple[str, ...] = ()


class ConfigureSwarm(Struct, frozen=True, tag="configure_swarm"):
    """Change the swarm's settings."""

    options: SwarmOptions


class JoinSwarm(Struct, frozen=True, tag="join_swarm"):
    """Join the swarm that the first manager leads."""

    address: str
    manager: bool


class DescribeNode(Struct, frozen=True, tag="describe_node"):
    """Set a swarm node's role, labels and availability."""

    manager: bool
    labels: dict[str, str]


class CreateSecrets(Struct, frozen=True, tag="create_secrets"):
    """Make the generated secrets that the swarm lacks, in memory, and hand them over."""

    stack: Stack


class IssueCertificates(Struct, frozen=True, tag="issue_certificates"):
    """Make an authority in memory, let it sign the certificates of a family, hand those over, forget its key.

    Attributes:
        family: secret of the authority, or of the one certificate that has an authority of its own.
    """

    stack: Stack
    family: str


class RemoveSecrets(Struct, frozen=True, tag="remove_secrets"):
    """Take secrets out of the swarm's store that nothing uses any more."""

    names: tuple[str, ...]


class PullImages(Struct, frozen=True, tag="pull_images"):
    """Bring images to a node before its tasks need them."""

    references: tuple[str, ...]


class DeployStack(Struct, frozen=True, tag="deploy_stack"):
    """`docker stack deploy` on the leading manager, then wait for every task.

    Attributes:
        stack: to be deployed.
        services: of the stack, new ones, when it is about these only.
    """

    stack: Stack
    services: tuple[str, ...] = ()


class PrepareReplicaSet(Struct, frozen=True, tag="prepare_replica_set"):
    """Initiate a replica set, add its members, create its users and initial data; whatever of it is missing."""

    stack: Stack
    name: str
    replica_set: ReplicaSet


class RemoveStack(Struct, frozen=True, tag="remove_stack"):
    """`docker stack rm`, then wait until its containers and networks are gone."""

    stack: str


class RemoveVolumes(Struct, frozen=True, tag="remove_volumes"):
    """Remove volumes of a node, with their data."""

    names: tuple[str, ...]


class LeaveSwarm(Struct, frozen=True, tag="leave_swarm"):
    """Leave the swarm."""


Removal = RemoveStack | RemoveSecrets | RemoveVolumes | LeaveSwarm

Action = (
    InstallFile
    | RestartEngine
    | InitSwarm
    | ConfigureSwarm
    | JoinSwarm
    | DescribeNode
    | CreateSecrets
    | IssueCertificates
    | RemoveSecrets
    | PullImages
    | DeployStack
    | PrepareReplicaSet
)


class Step(Struct, frozen=True):
    """One change.

    Attributes:
        node: where it happens; for the cluster as a whole, the leading manager.
        summary: what is done, as a short imperative.
        before: what is there now.
        after: what will be there.
    """

    node: str
    phase: Phase
    summary: str
    before: str
    after: str
    action: Action | Removal


class Plan(Struct, frozen=True):
    """Steps in the order they are applied. `lacking` says what confinement will not rest on."""

    steps: tuple[Step, ...]
    lacking: tuple[str, ...] = ()
