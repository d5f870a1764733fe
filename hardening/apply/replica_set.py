"""Brings a replica set to life: initiated with one member, widened, given its users and its first data.

No door stands open meanwhile: mongod starts with authorization and without the localhost exception, and the first login
is `__system`, with the key file that the members share.
"""

import json
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hardening.errors import FailedError, HardenError
from hardening.hosts.database import (
    Client,
    Credentials,
    Document,
    Door,
    OperationFailure,
    PyMongoError,
    complaint,
    keyfile_credentials,
    open_door,
    read_secret,
)
from hardening.model.plan import PrepareReplicaSet

from .containers import running_containers

if TYPE_CHECKING:
    from .running import Cluster

ELECTION_SECONDS = 90
"""Until a set has a writable primary, on a machine of common speed; measured 5 s when it starts with one."""
ANSWER_SECONDS = 30
HEARTBEAT_SECONDS = 3
ELECTION_TIMEOUT_MS = 5000
"""A frozen primary is replaced after about 8 s with these, 24 s with the server's own (measured on 6.0)."""
_NOT_YET_INITIALIZED = 94
_POLL_SECONDS = 0.5


def prepare(cluster: "Cluster", action: PrepareReplicaSet) -> None:
    """Do whatever is missing: initiate, add members, set the write concern, create users, load initial data.

    Raises:
        FailedError: a member refused or no primary was elected in time.
    """
    replica_set, leader = action.replica_set, cluster.leader.name
    try:
        with _members(cluster, action) as members:
            first = replica_set.members[0]
            if _initiate(members, action.name, f"{first}:{replica_set.port}", first):
                cluster.report(leader, f"replica set {action.name} initiated on {first}")
            elected = _primary(members, ELECTION_SECONDS * cluster.pace)
            # Anew: a client that has known the member outside of a set believes that it has no sessions.
            with elected.connect() as primary:
                # Before an arbiter may vote, the default must be set (server error 103 otherwise).
                primary.admin.command("setDefaultRWConcern", defaultWriteConcern={"w": "majority", "wtimeout": 0})
                for host in _add_members(primary, action):
                    cluster.report(leader, f"replica set {action.name}: {host} joined")
                # Users come last: a plan sees them, so a deploy that was killed before them is taken up again here.
                _load_data(cluster, primary, action)
                _create_users(cluster, primary, action)
    except PyMongoError as error:
        raise FailedError(f"replica set {action.name} of {action.stack.name}: {complaint(error)}") from None


@dataclass(frozen=True, slots=True)
class _Member:
    """A running data member, and the way to it."""

    door: Door
    credentials: Credentials
    seconds: float
    client: Client

    def connect(self) -> AbstractContextManager[Client]:
        """One more client."""
        return self.door.client(self.credentials, seconds=self.seconds)


@contextmanager
def _members(cluster: "Cluster", action: PrepareReplicaSet) -> Generator[dict[str, _Member]]:
    """Every running data member by service, with a logged-in client."""
    wanted = action.replica_set.members
    places = {service: (node, container) for service, node, container in running_containers(cluster, action.stack)}
    if missing := [service for service in wanted if service not in places]:
        raise FailedError(f"replica set {action.name}: {', '.join(missing)} of {action.stack.name} do not run")
    with ExitStack() as open_doors:
        members, seconds = {}, ANSWER_SECONDS * cluster.pace
        for service in wanted:
            node, container = places[service]
            keyfile = action.stack.services[service].secrets[action.replica_set.keyfile]
            host = cluster.hosts[node]
            credentials = keyfile_credentials(read_secret(host, container, keyfile))
            authority = action.stack.services[service].secrets.get(action.replica_set.authority, "")
            door = open_doors.enter_context(
                open_door(host, container, port=action.replica_set.port, authority=authority)
            )
            client = open_doors.enter_context(door.client(credentials, seconds=seconds))
            members[service] = _Member(door, credentials, seconds, client)
        yield members


def _initiate(members: dict[str, _Member], name: str, host: str, first: str) -> bool:
    """Make the set exist, with one member; False when any member knows it already."""
    for member in members.values():
        try:
            member.client.admin.command("replSetGetConfig")
        except OperationFailure as error:
            if error.code != _NOT_YET_INITIALIZED:
                raise
        else:
            return False
    settings = {"heartbeatTimeoutSecs": HEARTBEAT_SECONDS, "electionTimeoutMillis": ELECTION_TIMEOUT_MS}
    config = {"_id": name, "members": [{"_id": 0, "host": host, "priority": 2}], "settings": settings}
    members[first].client.admin.command("replSetInitiate", config)
    return True


def _primary(members: dict[str, _Member], seconds: float) -> _Member:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for member in members.values():
            if member.client.admin.command("hello").get("isWritablePrimary"):
                return member
        time.sleep(_POLL_SECONDS)
    raise FailedError(f"no member became primary within {seconds:.0f} s")


def _add_members(primary: Client, action: PrepareReplicaSet) -> Generator[str]:
    """Add what is missing one at a time, as safe reconfiguration wants."""
    replica_set = action.replica_set
    wanted: list[tuple[str, bool]] = [(f"{name}:{replica_set.port}", False) for name in replica_set.members]
    if replica_set.arbiter and replica_set.arbiter_votes:
        wanted.append((f"{replica_set.arbiter}:{replica_set.port}", True))
    for host, arbiter in wanted:
        config: Document = primary.admin.command("replSetGetConfig")["config"]
        if host in {member["host"] for member in config["members"]}:
            continue
        number = max(member["_id"] for member in config["members"]) + 1
        config["members"].append({"_id": number, "host": host, "arbiterOnly": arbiter, "priority": 0 if arbiter else 1})
        config["version"] += 1
        primary.admin.command("replSetReconfig", config)
        yield host


def _create_users(cluster: "Cluster", primary: Client, action: PrepareReplicaSet) -> None:
    for role, privileges in action.replica_set.roles.items():
        wanted = [msgspec.to_builtins(privilege) for privilege in privileges]
        known = bool(primary.admin.command("rolesInfo", role)["roles"])
        primary.admin.command("updateRole" if known else "createRole", role, privileges=wanted, roles=[])
    containers = {service: (node, container) for service, node, container in running_containers(cluster, action.stack)}
    for name, user in action.replica_set.users.items():
        database = primary[user.db]
        if database.command("usersInfo", name)["users"]:
            continue
        service = next(
            each for each in action.replica_set.members if user.password in action.stack.services[each].secrets
        )
        node, container = containers[service]
        password = read_secret(cluster.hosts[node], container, action.stack.services[service].secrets[user.password])
        database.command(
            "createUser",
            name,
            pwd=password.reveal().decode(),
            roles=[{"role": each.role, "db": each.db} for each in user.roles],
            mechanisms=["SCRAM-SHA-256"],
        )
        cluster.report(cluster.leader.name, f"user {name} created")


def _load_data(cluster: "Cluster", primary: Client, action: PrepareReplicaSet) -> None:
    for data in action.replica_set.data:
        database = primary[data.db]
        if database[data.collection].find_one() is not None:
            continue
        path = Path(action.stack.source).parent / data.file
        try:
            documents = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise HardenError(f"{path}: initial data of {data.collection} cannot be read: {error}") from error
        # A JSON export names its collection; a plain list is taken as it is.
        rows = documents.get(data.collection) if isinstance(documents, dict) else documents
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise HardenError(f"{path}: initial data of {data.collection} must be a list of objects")
        # One transaction, so that a deploy killed here leaves either nothing or everything.
        with primary.start_session() as session, session.start_transaction():
            database[data.collection].insert_many(rows, session=session)
        cluster.report(cluster.leader.name, f"{len(rows)} documents loaded into {data.db}.{data.collection}")
