from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import ENTRIES, missing, options, replica_config, with_every_mongod, with_mongod

ARBITER = {"_id": 4, "host": "arbiter:27017", "votes": 1, "arbiterOnly": True}


def voting(*entries: dict[str, object]) -> Facts:
    return with_every_mongod(replica_config=replica_config(*entries))


CASES = (
    passes("three", with_mongod(), says="3 votes in 3 members"),
    passes("a member without a vote", voting(*ENTRIES, {"host": "mongo4:27017", "votes": 0})),
    passes("two and an arbiter", voting(*ENTRIES[:2], ARBITER)),
    fails("four", voting(*ENTRIES, ARBITER), says="4 votes"),
    fails("one", voting(ENTRIES[0])),
    fails("two arbiters", voting(ENTRIES[0], ARBITER, ARBITER)),
    unknown("not read", with_every_mongod(replica_config=missing())),
    inapplicable("standalone", with_every_mongod(cmd_line=options(replication=None))),
)
