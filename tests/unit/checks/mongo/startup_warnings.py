from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, with_mongod

CASES = (
    passes("none", with_mongod()),
    fails("one", with_mongod(startup_warnings=Known(("vm.max_map_count is too low",))), says="max_map_count"),
    unknown("not read", with_mongod(startup_warnings=missing())),
)
