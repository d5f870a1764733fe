from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, on_engine

CASES = (
    inapplicable("in a swarm", on_engine()),
    passes("rootless", on_engine(security_options=("name=rootless",))),
    fails("root outside a swarm", on_engine(local_node_state="inactive")),
    unknown("the node is gone", GONE),
)
