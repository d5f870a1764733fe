from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_mongod

CASES = (
    passes("refused", with_mongod()),
    fails("answered", with_mongod(anonymous=Known("ok")), says="answered"),
    unknown("neither", with_mongod(anonymous=Known("NotYetInitialized")), says="NotYetInitialized"),
    unknown("not asked", with_mongod(anonymous=missing("connection refused"))),
)
