"""Do users reach beyond the databases they are for?"""

from collections.abc import Iterator

from hardening.checks.mongo_users import of_users
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_mongodb, per_replica_set
from hardening.model.facts import MongoUser

WRITES = frozenset({"readWrite", "dbOwner", "dbAdmin", "userAdmin"})
SYSTEM = frozenset({"admin", "config", "local"})
ADMINISTRATION = frozenset({"root", "userAdminAnyDatabase", "clusterAdmin", "__system"})
EVERYWHERE = ADMINISTRATION | {"backup", "clusterManager", "hostManager", "readAnyDatabase", "restore"}
HOMES = frozenset({"admin", "$external"})
"""Databases in which administrators are made; a user of any other one is an application's."""


def judge(users: tuple[MongoUser, ...]) -> Answer:
    """A user who is no administrator writes to no system database, and to no more than one other."""
    return all_of(
        _observations(users),
        fine=f"none of {len(users)} users writes beyond one database of their own",
        expected="roles that write on one database at most, none on admin, config or local, none on all",
    )


def _observations(users: tuple[MongoUser, ...]) -> Iterator[str | None]:
    for user in users:
        held = {role for role, _ in user.roles}
        if held & ADMINISTRATION and user.database in HOMES:
            yield None
            continue
        written = {database for role, database in user.roles if role in WRITES}
        wide = {role for role in held if role.startswith(("readWriteAny", "dbAdminAny"))}
        wide |= held & EVERYWHERE if user.database not in HOMES else set()
        if written & SYSTEM or wide:
            reach = sorted(written & SYSTEM) or [f"all of them ({', '.join(sorted(wide))})"]
            yield f"{user.name} reaches {', '.join(reach)}"
        else:
            yield f"{user.name} writes to {', '.join(sorted(written))}" if len(written) > 1 else None


CHECK = Check(
    id="mongo-user-scope",
    title="An application's user writes to its own database only, and cannot read all of them",
    area=Area.MONGO,
    severity=Severity.HIGH,
    level=1,
    refs=cis_mongodb("3.2", "3.4"),
    rationale="Whoever breaks the application has its database login; it should not open the others.",
    remediation='`db.createUser({user: "app", roles: [{role: "readWrite", db: "app"}], …})`.',
    evaluate=per_replica_set(of_users(judge)),
)
