import msgspec

from hardening.model.facts import Facts
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import cluster, missing, mongod, node, with_mongod


def setting(value: str, version: str) -> Facts:
    return cluster(node(transparent_hugepages=Known(value)), mongo=(mongod(1, version=Known(version)),))


CASES = (
    passes("never, up to 7.0", setting("never", "7.0.26")),
    passes("always, from 8.0", setting("always", "8.0.4")),
    fails("always, up to 7.0", setting("always", "6.0.5"), says="always, mongod 6.0.5"),
    fails("never, from 8.0", setting("never", "8.2.0")),
    unknown("not read", cluster(node(transparent_hugepages=missing()), mongo=(mongod(1),))),
    unknown("release not read", with_mongod(version=missing())),
    unknown("on a node that is not there", msgspec.structs.replace(cluster(node()), mongo=(mongod(9),))),
)
