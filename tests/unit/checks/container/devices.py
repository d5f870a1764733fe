from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("none", with_container()),
    fails("a disk", with_container(inspect(devices=({"PathOnHost": "/dev/vda"},))), says="/dev/vda"),
    unknown("the node is gone", GONE),
)
