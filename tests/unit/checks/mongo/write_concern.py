import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import ENTRIES, missing, options, with_every_mongod, with_mongod

IMPLICIT = Known(json.dumps({"defaultWriteConcern": {"w": 1}, "defaultWriteConcernSource": "implicit"}))
LUCKY = Known(json.dumps({"defaultWriteConcern": {"w": "majority"}, "defaultWriteConcernSource": "implicit"}))
IN_MEMORY = Known(
    json.dumps({"defaultWriteConcern": {"w": "majority", "j": False}, "defaultWriteConcernSource": "global"})
)
LAX = Known(json.dumps({"config": {"version": 4, "members": ENTRIES, "writeConcernMajorityJournalDefault": False}}))

CASES = (
    passes("majority, set", with_mongod()),
    passes("told by another member", with_mongod(default_concern=missing())),
    fails("one, because of an arbiter", with_every_mongod(default_concern=IMPLICIT), says="w: 1"),
    fails("majority only as long as no arbiter comes", with_every_mongod(default_concern=LUCKY), says="implicit"),
    fails("not set", with_every_mongod(default_concern=Known("{}")), says="not set"),
    fails("in memory only", with_every_mongod(default_concern=IN_MEMORY), says="j: false"),
    fails("in memory only, by the set", with_every_mongod(replica_config=LAX), says="JournalDefault false"),
    unknown("the set's configuration not read", with_every_mongod(replica_config=missing())),
    unknown("not read", with_every_mongod(default_concern=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
)
