from hardening.model.facts import Facts, MongoUser
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import USERS, missing, with_every_mongod, with_mongod


def having(*roles: tuple[str, str], database: str = "app") -> Facts:
    return with_every_mongod(users=Known((*USERS, MongoUser("app", database, ("SCRAM-SHA-256",), roles))))


CASES = (
    passes("one database", with_mongod()),
    passes("reads elsewhere", having(("readWrite", "app"), ("read", "other"))),
    fails("two databases", having(("readWrite", "app"), ("readWrite", "other")), says="app, other"),
    fails("all databases", having(("readWriteAnyDatabase", "admin")), says="readWriteAnyDatabase"),
    fails("a system database", having(("dbOwner", "admin")), says="admin"),
    fails("an administrator", having(("root", "admin")), says="app reaches all of them (root)"),
    fails("whatever a backup holds", having(("readWrite", "app"), ("restore", "admin")), says="(restore)"),
    fails("reads everything", having(("readWrite", "app"), ("readAnyDatabase", "admin")), says="(readAnyDatabase)"),
    passes("an administrator's user who reads everything", having(("readAnyDatabase", "admin"), database="admin")),
    passes("a backup's user", having(("backup", "admin"), ("restore", "admin"), database="admin")),
    unknown("not read", with_every_mongod(users=missing())),
)
