from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import in_swarm, with_service

CASES = (
    passes("all three", in_swarm()),
    passes("with the prefix of newer engines", with_service(capability_drop=("CAP_ALL",))),
    fails("root", with_service(user="0:0"), says="no user"),
    fails("writable", with_service(read_only=False), says="writable"),
    fails("capabilities", with_service(capability_drop=("NET_RAW",)), says="capabilities"),
    unknown("not told", with_service(container_spec=None)),
)
