"""What `x-harden` keys in a Compose file say, and the rendered stack they lead to."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

LONGEST_DAYS = 825
"""The longest life that common TLS libraries accept of a server's certificate."""


class GeneratedSecret(Struct, frozen=True, forbid_unknown_fields=True):
    """`x-harden` of a top-level secret: how its value is made when the cluster has none.

    Attributes:
        generate: `random` for letters and digits; `template`; `certificate` for a certificate with its private key, in
            one PEM; `authority` for what is needed to trust certificates: the authority that signed them, and former
            ones that are still valid.
        length: characters of a random value.
        template: text in which `${name}` stands for another generated secret of the file.
        authority: of a certificate, the secret of that kind. All certificates of an authority are issued together. One
            that names none has an authority of its own, which no task needs to know.
        names: of a certificate, the DNS names and IP addresses it is for.
        usage: of a certificate, what its holder is in a handshake.
        days: of a certificate, its life. It is renewed when less than a third is left.
    """

    generate: Literal["random", "template", "certificate", "authority"]
    length: int = 48
    template: str = ""
    authority: str = ""
    names: tuple[str, ...] = ()
    usage: tuple[Literal["server", "client"], ...] = ("server",)
    days: Annotated[int, Meta(ge=1, le=LONGEST_DAYS)] = 365


class ServiceHarden(Struct, frozen=True, forbid_unknown_fields=True):
    """`x-harden` of a service: `profile` names the folder under `profiles/` that confines its tasks."""

    profile: str


class DatabaseRole(Struct, frozen=True, forbid_unknown_fields=True):
    """A role on a database."""

    role: str
    db: str


class Privilege(Struct, frozen=True, forbid_unknown_fields=True):
    """Actions on a resource, in MongoDB's own words: `{cluster: true}` or `{db: …, collection: …}`."""

    resource: dict[str, bool | str]
    actions: tuple[str, ...]


class DatabaseUser(Struct, frozen=True, forbid_unknown_fields=True):
    """A user of a replica set; `password` names a generated secret that the data members mount."""

    password: str
    roles: tuple[DatabaseRole, ...]
    db: str = "admin"


class InitialData(Struct, frozen=True, forbid_unknown_fields=True):
    """A collection that is filled once, from a JSON file beside the stack file, when it is empty."""

    db: str
    collection: str
    file: str


class ReplicaSet(Struct, frozen=True, forbid_unknown_fields=True):
    """A MongoDB replica set made of services of the stack.

    Attributes:
        members: services that hold data, in order of preference for primary.
        keyfile: secret with which members know each other; mounted under its own name.
        users: name -> user.
        roles: name -> privileges of roles of its own, in the database admin.
        arbiter: service that votes without data, when `arbiter_votes`; otherwise it stands by.
        arbiter_votes: join the arbiter now, as a voting member.
        authority: secret with which clients trust the members' certificates, mounted by each member; empty for a set
            without TLS.
        port: TCP port inside the containers.
        heartbeat_timeout_seconds: after which a member that answers no heartbeat counts as lost.
        election_timeout_ms: after which members without word from a primary elect one.
        catch_up_timeout_ms: for which a new primary looks for writes that no majority has, silent members included.
    """

    members: tuple[str, ...]
    keyfile: str
    users: dict[str, DatabaseUser]
    roles: dict[str, tuple[Privilege, ...]] = {}
    arbiter: str = ""
    arbiter_votes: bool = False
    authority: str = ""
    port: int = 27017
    data: tuple[InitialData, ...] = ()
    heartbeat_timeout_seconds: Annotated[int, Meta(ge=1)] = 3
    election_timeout_ms: Annotated[int, Meta(ge=100)] = 5000
    catch_up_timeout_ms: Annotated[int, Meta(ge=0)] = 500

    def host(self, service: str) -> str:
        """A service's name and port, as the members know each other: never an address, which a restart changes."""
        return f"{service}:{self.port}"


class StackHarden(Struct, frozen=True, forbid_unknown_fields=True):
    """`x-harden` at the top of a Compose file."""

    replica_sets: dict[str, ReplicaSet] = {}


class StackService(Struct, frozen=True):
    """A service of a stack, as far as planning needs it.

    Attributes:
        name: as the swarm will call it: `<stack>_<service>`.
        secrets: generated secrets it mounts -> name of the file under /run/secrets.
    """

    name: str
    profile: str
    image: str
    secrets: dict[str, str]


class Stack(Struct, frozen=True):
    """A user's Compose file, rendered and read.

    Attributes:
        name: of the stack in the swarm.
        source: the file it came from.
        document: the Compose document as JSON text, in which generated secrets are still unnamed.
        pinned: generated secret -> the version to use although there is a newer one, which not every task trusts yet.
    """

    name: str
    source: str
    document: str
    services: dict[str, StackService]
    secrets: dict[str, GeneratedSecret]
    replica_sets: dict[str, ReplicaSet]
    pinned: dict[str, str] = {}


SPEC_LABEL = "harden.spec"
"""Service label: hash of the definition it was deployed from."""
PROFILE_LABEL = "harden.profile"
"""Container label: the role whose profile confines it."""
PROFILE_HASH_LABEL = "harden.profile-hash"
"""Container label: hash of the profile it was started under; a changed profile replaces the tasks."""
OWNER_LABEL = "harden.stack"
"""Secret label: the stack it belongs to. Not the engine's own label, by which `docker stack rm` would take along the
keys that the data on the volumes was made with."""
SECRET_LABEL = "harden.secret"  # noqa: S105 - a label's name
"""Secret label: the name it has in the stack file."""
CERTIFICATE_LABEL = "harden.certificate"
"""Secret label: what is public of a certificate, in PEM, followed by its authority's; of an authority, its whole value.
So a plan sees names and ends without reading a key."""
STACK_LABEL = "com.docker.stack.namespace"
