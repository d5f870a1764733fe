from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, with_mongod

CASES = (
    passes("required", with_mongod()),
    fails("off", with_mongod(cmd_line=options(net={"port": 27017})), says="TLS disabled"),
    fails("preferred", with_mongod(cmd_line=options(net={"tls": {"mode": "preferTLS"}})), says="preferTLS"),
    unknown("not read", with_mongod(cmd_line=missing())),
)
