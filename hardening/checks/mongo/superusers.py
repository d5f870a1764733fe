"""Who may do everything?"""

from hardening.checks.mongo_users import of_users
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_mongodb, failed, passed, per_replica_set
from hardening.model.facts import MongoUser

SUPER = frozenset(
    {"__system", "root", "dbAdminAnyDatabase", "readWriteAnyDatabase", "restore", "userAdmin", "userAdminAnyDatabase"}
)
"""Roles that are everything, or can grant it to their holder."""
MOST = 2


def judge(users: tuple[MongoUser, ...]) -> Answer:
    """One administrator, and one more for the day on which that one is lost."""
    holders = sorted(f"{user.database}.{user.name}" for user in users if any(role in SUPER for role, _ in user.roles))
    observed = f"{len(holders)} of {len(users)} users: {', '.join(holders) or 'nobody'}"
    return (passed if len(holders) <= MOST else failed)(observed, f"{MOST} users at most")


CHECK = Check(
    id="mongo-superusers",
    title="Few users may do everything or grant it to themselves",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_mongodb("3.1", "3.5"),
    rationale="Each one is a password that opens every database; applications never need it.",
    remediation='`db.revokeRolesFromUser("NAME", [...])`, and grant roles on single databases.',
    evaluate=per_replica_set(of_users(judge)),
)
