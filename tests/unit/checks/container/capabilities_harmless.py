from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container

CASES = (
    passes("none", with_container()),
    passes("a harmless one", with_container(inspect(cap_add=("CAP_NET_BIND_SERVICE",)))),
    fails("SYS_ADMIN", with_container(inspect(cap_add=("SYS_ADMIN",))), says="SYS_ADMIN"),
    fails("ALL", with_container(inspect(cap_add=("ALL",)))),
    unknown("the node is gone", GONE),
)
