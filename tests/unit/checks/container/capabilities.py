from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import inspect, missing, process, with_container

NET_RAW, NET_BIND = 1 << 13, 1 << 10
DEFAULT = 0xA80425FB

CASES = (
    passes("none", with_container(), says="no capability"),
    passes("one that is asked for", with_container(inspect(cap_add=("CAP_NET_RAW",)), process(cap_effective=NET_RAW))),
    fails("the engine's default", with_container(None, process(cap_bounding=DEFAULT)), says="NET_RAW"),
    fails("not the one asked for", with_container(inspect(cap_add=("NET_RAW",)), process(cap_ambient=NET_BIND))),
    fails("inherited", with_container(None, process(cap_inheritable=NET_RAW))),
    fails("one that this program does not know", with_container(None, process(cap_permitted=1 << 60)), says="bit 60"),
    unknown("processes could not be read", with_container(processes=missing())),
)
