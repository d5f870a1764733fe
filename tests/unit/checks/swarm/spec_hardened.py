from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import in_swarm, with_service

CASES = (
    passes("all three", in_swarm()),
    passes("with the prefix of newer engines", with_service(capability_drop=("CAP_ALL",))),
    fails("nobody named", with_service(user=""), says="no user"),
    fails("root", with_service(user="0:0"), says="user 0:0 is root"),
    fails("root in another group", with_service(user="0:999"), says="user 0:999 is root"),
    fails("root by a long number", with_service(user="00"), says="root"),
    fails("root by name", with_service(user="root:users"), says="root"),
    fails("writable", with_service(read_only=False), says="writable"),
    fails("capabilities", with_service(capability_drop=("NET_RAW",)), says="capabilities"),
    unknown("not told", with_service(container_spec=None)),
)
