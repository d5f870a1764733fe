from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("not", with_container()),
    fails("privileged", with_container(inspect(privileged=True))),
    fails("one whose name holds nil", with_container(inspect(name="/vanilla.1.t", privileged=True, labels={}))),
    unknown("the node is gone", GONE),
)
