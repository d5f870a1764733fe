"""Are weak password hashes kept for any user?"""

from hardening.checks.mongo_users import of_users
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, per_replica_set
from hardening.model.facts import MongoUser

STRONG = frozenset({"SCRAM-SHA-256", "MONGODB-X509", "MONGODB-OIDC", "external"})


def judge(users: tuple[MongoUser, ...]) -> Answer:
    """A user made without naming mechanisms gets a SHA-1 hash too."""
    return all_of(
        (
            f"{user.database}.{user.name}: {', '.join(sorted(weak))}"
            if (weak := set(user.mechanisms) - STRONG)
            else None
            for user in users
        ),
        fine=f"all {len(users)} users have strong mechanisms only",
        expected="SCRAM-SHA-256 only",
    )


CHECK = Check(
    id="mongo-user-mechanisms",
    title="Users have SCRAM-SHA-256 credentials only",
    area=Area.MONGO,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="A stolen SHA-1 hash is cheaper to break, and the server keeps both unless told otherwise.",
    remediation='`db.updateUser("NAME", {mechanisms: ["SCRAM-SHA-256"], pwd: passwordPrompt()})`.',
    evaluate=per_replica_set(of_users(judge)),
)
