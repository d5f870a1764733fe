from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import parameters, with_mongod

CASES = (
    passes("off", with_mongod()),
    passes("zero", with_mongod(parameters=parameters(enableTestCommands=0))),
    fails("on", with_mongod(parameters=parameters(enableTestCommands=True))),
    unknown("not told", with_mongod(parameters=parameters(enableTestCommands=None))),
)
