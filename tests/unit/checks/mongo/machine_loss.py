from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import (
    ENTRIES,
    cluster,
    missing,
    mongo_set,
    mongod,
    options,
    replica_config,
    with_every_mongod,
    with_mongod,
)

ARBITER = {"_id": 4, "host": "arbiter:27017", "votes": 1, "arbiterOnly": True}


def seed(arbiter_on: str) -> Facts:
    """Three data members and an arbiter that votes beside one of them."""
    config = replica_config(*ENTRIES, ARBITER)
    arbiter = mongod(4, service="shop_arbiter", node=arbiter_on, replica_config=config)
    return mongo_set(*(mongod(number, replica_config=config) for number in (1, 2, 3)), arbiter)


CASES = (
    passes("three on three machines", with_mongod(), says="2 of 3 votes, 2 of 3 data members"),
    fails("four votes, two on one machine", seed("node1"), says="no primary: 2 of 4 votes"),
    fails("four votes: each data member confirms", seed("node4"), says="majority writes stop"),
    fails("two on one machine", with_mongod(node="node2"), says="1 of 3 votes"),
    unknown("a member whose machine is not known", with_mongod(service="shop_other"), says="mongo1"),
    unknown("not read", with_every_mongod(replica_config=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
    inapplicable("no database", cluster()),
)
