from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import parameters, with_mongod

DEFAULT = ["MONGODB-X509", "SCRAM-SHA-1", "SCRAM-SHA-256"]

CASES = (
    passes("a strong one", with_mongod()),
    fails("the default", with_mongod(parameters=parameters(authenticationMechanisms=DEFAULT)), says="SCRAM-SHA-1"),
    unknown("another form", with_mongod(parameters=parameters(authenticationMechanisms="SCRAM-SHA-256"))),
)
