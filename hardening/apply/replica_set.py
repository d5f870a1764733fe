"""Brings a replica set to life: initiated with one member, widened, given its users and its first data.

No door stands open meanwhile: mongod starts with authorization and without the localhost exception, and the first login
is `__system`, with the key file that the members share.
"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hardening.errors import FailedError, HardenError
from hardening.hosts.database import AutoReconnect, Client, OperationFailure, PyMongoError, complaint, read_secret
from hardening.model.plan import PrepareReplicaSet
from hardening.plan.replica_set import conform, priority, settings

from . import rollout
from .containers import running_containers
from .set_changes import SETTLE_SECONDS, settle, writable
from .set_members import NOT_YET_INITIALIZED, Members, reach

if TYPE_CHECKING:
    from .running import Cluster

ELECTION_SECONDS = 90
"""Until a set has a writable primary, on a machine of common speed; measured 5 s when it starts with one."""
ANSWER_SECONDS = 30
ATTEMPTS = 3
"""At what a new primary, elected meanwhile, interrupts."""


def prepare(cluster: "Cluster", action: PrepareReplicaSet) -> None:
    """Do whatever is missing: wait for members, initiate, settle them, votes and times, create users, load first data.

    On machines that are busy a young set may hold another election meanwhile; then it goes on where that left it.

    Raises:
        FailedError: a member does not run or refused, or no primary was elected in time.
    """
    rollout.wait(cluster, action.stack, action.replica_set.members)  # a deploy that was stopped may not have
    for left in reversed(range(ATTEMPTS)):
        try:
            _prepare(cluster, action)
            break
        except PyMongoError as error:
            said = f"replica set {action.name} of {action.stack.name}: {complaint(error)}"
            if not left or not isinstance(error, AutoReconnect):
                raise FailedError(said) from None
            cluster.report(cluster.leader.name, f"{said}; going on")


def _prepare(cluster: "Cluster", action: PrepareReplicaSet) -> None:
    leader = cluster.leader.name
    with reach(cluster.hosts, action.stack, action.replica_set, seconds=ANSWER_SECONDS * cluster.pace) as members:
        _demand_all(members, action)
        if _initiate(members, action):
            cluster.report(leader, f"replica set {action.name} initiated on {action.replica_set.members[0]}")
        writable(members, time.monotonic() + ELECTION_SECONDS * cluster.pace)
        settle(
            members,
            lambda view: conform(action.replica_set, view, arbiter_runs=action.replica_set.arbiter in members.reached),
            lambda line: cluster.report(leader, line),
            seconds=SETTLE_SECONDS * cluster.pace,
        )
        _, elected = writable(members, time.monotonic() + ELECTION_SECONDS * cluster.pace)
        # Anew: a client that has known the member outside of a set believes that it has no sessions.
        with elected.connect() as primary:
            # Users come last: a plan sees them, so a deploy that was killed before them is taken up again here.
            _load_data(cluster, primary, action)
            _create_users(cluster, primary, action)


def _demand_all(members: Members, action: PrepareReplicaSet) -> None:
    if missing := [service for service in action.replica_set.members if service in members.gaps]:
        why = "; ".join(f"{service}: {members.gaps[service]}" for service in missing)
        raise FailedError(f"replica set {action.name} of {action.stack.name}: not every member answers: {why}")


def _initiate(members: Members, action: PrepareReplicaSet) -> bool:
    """Make the set exist, with one member; False when any member knows it already."""
    replica_set = action.replica_set
    for service in replica_set.members:
        try:
            members.reached[service].client.admin.command("replSetGetConfig")
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
        else:
            return False
    first = replica_set.members[0]
    config = {
        "_id": action.name,
        "members": [{"_id": 0, "host": replica_set.host(first), "priority": priority(replica_set, first)}],
        "settings": settings(replica_set),
    }
    members.reached[first].client.admin.command("replSetInitiate", config)
    return True


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
