from hardening.model.facts import Facts, MongoUser
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import USERS, missing, with_every_mongod, with_mongod


def having(*roles: tuple[str, str]) -> Facts:
    return with_every_mongod(users=Known((*USERS, MongoUser("app", "app", ("SCRAM-SHA-256",), roles))))


CASES = (
    passes("one database", with_mongod()),
    passes("reads elsewhere", having(("readWrite", "app"), ("read", "other"))),
    fails("two databases", having(("readWrite", "app"), ("readWrite", "other")), says="app, other"),
    fails("all databases", having(("readWriteAnyDatabase", "admin")), says="readWriteAnyDatabase"),
    fails("a system database", having(("dbOwner", "admin")), says="admin"),
    unknown("not read", with_every_mongod(users=missing())),
)
