from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, missing, options, with_every_mongod, with_mongod

TLS = {"mode": "requireTLS", "disabledProtocols": "TLS1_0,TLS1_1"}
OWN = {"tls": TLS | {"certificateKeyFile": "/run/secrets/mine.pem"}}

CASES = (
    passes("the same", with_mongod()),
    passes("a certificate of its own", with_mongod(cmd_line=options(net=OWN))),
    passes("another place for its data", with_mongod(cmd_line=options(storage={"dbPath": "/srv"}))),
    fails(
        "one parameter more",
        with_mongod(cmd_line=options(setParameter={"x": "1"})),
        says="shop_mongo1 has setParameter.x",
    ),
    fails(
        "less security",
        with_mongod(cmd_line=options(security={"keyFile": "/run/secrets/keyfile"})),
        says="lacks security.authorization",
    ),
    fails("no TLS", with_mongod(cmd_line=options(net={}))),
    unknown("one not read", with_mongod(cmd_line=missing()), says="shop_mongo1"),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
    inapplicable("no mongod", cluster()),
)
