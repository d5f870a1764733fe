from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    ENTRIES,
    missing,
    mongo_set,
    mongod,
    options,
    replica_config,
    with_every_mongod,
    with_mongod,
)

CASES = (
    passes("one each", with_mongod(), says="node1: 1 vote"),
    fails("two on one", mongo_set(mongod(1), mongod(2, node="node1"), mongod(3)), says="node1 holds 2 votes"),
    fails("though another is hidden", mongo_set(mongod(1), mongod(2, node="node1"))),
    passes(
        "the second has no vote",
        mongo_set(
            mongod(1, replica_config=replica_config(ENTRIES[0], ENTRIES[1] | {"votes": 0}, ENTRIES[2])),
            mongod(2, node="node1", replica_config=missing()),
            mongod(3, replica_config=missing()),
        ),
    ),
    unknown("a member was not seen", mongo_set(mongod(1), mongod(2)), says="mongo3"),
    unknown(
        "a member that nobody knows, though it has no vote",
        with_mongod(replica_config=replica_config(*ENTRIES, {"host": "evil.example:27017", "votes": 0})),
        says="evil.example",
    ),
    unknown("not read", with_every_mongod(replica_config=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
)
