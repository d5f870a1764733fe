from hardening.model.engine import Mount
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("private", with_container()),
    fails("shared", with_container(inspect(mounts=(Mount("bind", "/srv", "/srv", propagation="rshared"),))), "rshared"),
    unknown("the node is gone", GONE),
)
