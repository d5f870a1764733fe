from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, options, with_every_mongod, with_mongod

CASES = (
    passes("old ones off", with_mongod()),
    fails("none switched off", with_mongod(cmd_line=options(net={"tls": {"mode": "requireTLS"}})), says="none named"),
    inapplicable("no TLS at all", with_every_mongod(cmd_line=options(net=None))),
    unknown("not read", with_mongod(cmd_line=missing())),
)
