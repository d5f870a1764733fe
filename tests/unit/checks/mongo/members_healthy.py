from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, options, replica_status, with_every_mongod, with_mongod

LOST = replica_status("PRIMARY", "SECONDARY", "(not reachable/healthy)")
HEADLESS = replica_status("SECONDARY", "SECONDARY")

CASES = (
    passes("all well", with_mongod(), says="mongo1:27017 primary"),
    fails("one lost", with_every_mongod(replica_status=LOST), says="mongo3:27017 is (not reachable"),
    fails("no primary", with_every_mongod(replica_status=HEADLESS), says="0 primaries"),
    unknown("not read", with_every_mongod(replica_status=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
)
