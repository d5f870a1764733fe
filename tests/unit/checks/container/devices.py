from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("none", with_container()),
    fails("a disk", with_container(inspect(devices=({"PathOnHost": "/dev/vda"},))), says="/dev/vda"),
    fails("by rule", with_container(inspect(device_cgroup_rules=("b 8:* rmw",))), says="the rule `b 8:* rmw`"),
    fails(
        "a graphics card", with_container(inspect(device_requests=({"Driver": "nvidia", "Count": -1},))), says="nvidia"
    ),
    fails(
        "by name", with_container(inspect(device_requests=({"Driver": "cdi", "DeviceIDs": ["a/b=0"]},))), says="a/b=0"
    ),
    unknown("the node is gone", GONE),
)
