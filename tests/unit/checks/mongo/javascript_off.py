from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, with_mongod

CASES = (
    passes("off", with_mongod()),
    passes(
        "off, written with a dot",
        with_mongod(cmd_line=options(**{"security.javascriptEnabled": False, "security": None})),
    ),
    fails("on by default", with_mongod(cmd_line=options(security={"authorization": "enabled"})), says="true"),
    unknown("not read", with_mongod(cmd_line=missing())),
)
