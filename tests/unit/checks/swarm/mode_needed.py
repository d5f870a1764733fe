from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, NO_SWARM, in_swarm, missing, on_engine, on_node

CASES = (
    passes("a swarm with services", in_swarm(), says="1 services"),
    passes("off", NO_SWARM),
    fails("a swarm without services", in_swarm(services=(), tasks=())),
    fails("shut out", on_engine(local_node_state="locked"), says="locked"),
    fails(
        "without a leader", on_engine(error="the swarm does not have a leader"), says="in trouble: the swarm does not"
    ),
    unknown("what the swarm runs is not known", on_node(swarm=missing("the node is a worker"))),
    unknown("the engine does not answer", on_node(engine=missing(), swarm=missing())),
    unknown("the node is gone", GONE),
)
