from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, options, replica_status, with_every_mongod, with_mongod

CASES = (
    passes("three for two", with_mongod()),
    fails(
        "three for three, with an arbiter",
        with_every_mongod(replica_status=replica_status(majority=3)),
        says="3 have to",
    ),
    unknown("not told", with_every_mongod(replica_status=Known("{}"))),
    unknown("not read", with_every_mongod(replica_status=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
)
