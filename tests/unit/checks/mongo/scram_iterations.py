from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import parameters, with_mongod

CASES = (
    passes("the default", with_mongod()),
    passes("as a long number", with_mongod(parameters=parameters(scramSHA256IterationCount={"$numberLong": "20000"}))),
    fails("few", with_mongod(parameters=parameters(scramSHA256IterationCount=5000)), says="5000"),
    unknown("not told", with_mongod(parameters=parameters(scramSHA256IterationCount=None))),
)
