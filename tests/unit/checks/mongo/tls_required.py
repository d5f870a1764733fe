from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, with_mongod

CASES = (
    passes("required", with_mongod()),
    fails("off", with_mongod(cmd_line=options(net={"port": 27017})), says="TLS disabled"),
    fails("preferred", with_mongod(cmd_line=options(net={"tls": {"mode": "preferTLS"}})), says="preferTLS"),
    fails("required, and yet answered", with_mongod(plaintext=Known("answered")), says="plaintext answered"),
    unknown("not read", with_mongod(cmd_line=missing())),
    unknown("not tried", with_mongod(plaintext=missing())),
)
