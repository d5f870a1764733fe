from hardening.model.facts import MongoUser
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import USERS, missing, with_every_mongod, with_mongod

WEAK = (*USERS, MongoUser("old", "shop", ("SCRAM-SHA-1", "SCRAM-SHA-256"), ()))

CASES = (
    passes("strong", with_mongod()),
    passes("told by one member only", with_mongod(users=missing("holds no users"))),
    fails("both hashes", with_every_mongod(users=Known(WEAK)), says="shop.old: SCRAM-SHA-1"),
    unknown("not read", with_every_mongod(users=missing("not authorized")), says="not authorized"),
    unknown("no user was seen", with_every_mongod(users=Known(())), says="no member told"),
)
