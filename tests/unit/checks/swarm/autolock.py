from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import NO_SWARM, in_swarm, missing, on_node

CASES = (
    passes("on", in_swarm()),
    fails("off", in_swarm(auto_lock_managers=False)),
    unknown("no manager told", on_node(swarm=missing("context deadline exceeded"))),
    inapplicable("no swarm", NO_SWARM),
)
