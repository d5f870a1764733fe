from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, on_engine

CASES = (
    inapplicable("in a swarm", on_engine(), says="refuses"),
    inapplicable("in a locked swarm", on_engine(local_node_state="locked")),
    passes("on", on_engine(local_node_state="inactive", live_restore_enabled=True)),
    fails("off", on_engine(local_node_state="inactive")),
    unknown("the node is gone", GONE),
)
