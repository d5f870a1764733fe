from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, parameters, with_mongod

CASES = (
    passes("closed", with_mongod()),
    fails("open", with_mongod(parameters=parameters(enableLocalhostAuthBypass=True)), says="true"),
    fails(
        "open, in the form of newer servers",
        with_mongod(parameters=parameters(enableLocalhostAuthBypass={"value": True})),
    ),
    unknown("not told", with_mongod(parameters=parameters(enableLocalhostAuthBypass=None)), says="no parameter"),
    unknown("not read", with_mongod(parameters=missing())),
)
