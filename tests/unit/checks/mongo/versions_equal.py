from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_mongod

CASES = (
    passes("the same", with_mongod()),
    fails("one behind", with_mongod(version=Known("6.0.19")), says="6.0.19, 7.0.26"),
    unknown("one not read", with_mongod(version=missing()), says="shop_mongo1"),
)
