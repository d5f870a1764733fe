from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("the engine's own", with_container()),
    fails("another", with_container(inspect(cgroup_parent="/user.slice")), says="/user.slice"),
    unknown("the node is gone", GONE),
)
