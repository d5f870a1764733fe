from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, with_mongod

LAX = {"tls": {"mode": "requireTLS", "allowInvalidCertificates": True}}
ANY_NAME = {"tls": {"mode": "requireTLS", "allowInvalidHostnames": True}}

CASES = (
    passes("a keyfile", with_mongod(), says="keyFile"),
    passes("certificates", with_mongod(cmd_line=options(security={"clusterAuthMode": "x509"})), says="x509"),
    fails("none", with_mongod(cmd_line=options(security={"authorization": "enabled"})), says="none"),
    fails("to anybody", with_mongod(cmd_line=options(net=LAX)), says="any certificate"),
    fails("to any name", with_mongod(cmd_line=options(net=ANY_NAME)), says="a certificate for any name"),
    unknown("not read", with_mongod(cmd_line=missing())),
)
