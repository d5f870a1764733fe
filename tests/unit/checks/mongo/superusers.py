from hardening.model.facts import MongoUser
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import USERS, missing, with_every_mongod, with_mongod

MANY = (*USERS, *(MongoUser(f"root{n}", "admin", ("SCRAM-SHA-256",), (("root", "admin"),)) for n in range(2)))

CASES = (
    passes("one", with_mongod(), says="1 of 2 users: admin.admin"),
    fails("three", with_every_mongod(users=Known(MANY)), says="3 of 4"),
    unknown("not read", with_every_mongod(users=missing())),
)
