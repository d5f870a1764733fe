from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_mongod

CASES = (
    passes("supported", with_mongod(), says="fixes until 2027-08-31"),
    passes("newer than known", with_mongod(version=Known("9.0.1"))),
    fails("ended", with_mongod(version=Known("6.0.5")), says="6.0.5"),
    fails("a rapid release", with_mongod(version=Known("7.3.1")), says="without long support"),
    unknown("no version", with_mongod(version=Known("dev"))),
    unknown("not read", with_mongod(version=missing())),
)
