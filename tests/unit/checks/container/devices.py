from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("none", with_container()),
    fails("a disk", with_container(inspect(devices=({"PathOnHost": "/dev/vda"},))), says="/dev/vda"),
    fails("by rule", with_container(inspect(device_cgroup_rules=("b 8:* rmw",))), says="the rule `b 8:* rmw`"),
    unknown("the node is gone", GONE),
)
