from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, with_mongod

CASES = (
    passes("refused", with_mongod()),
    fails("one member answers", with_mongod(plaintext=Known("answered")), says="answered"),
    unknown("neither", with_mongod(plaintext=Known("timeout"))),
    unknown("not asked", with_mongod(plaintext=missing("was not asked"))),
    inapplicable("no database", cluster()),
)
