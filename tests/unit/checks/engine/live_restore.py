from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, missing, on_engine, on_node, with_settings

CASES = (
    inapplicable("in a swarm", on_engine(), says="refuses"),
    fails("on in a swarm", on_engine(live_restore_enabled=True), says="no engine starts"),
    fails("on in a swarm, from the next start on", with_settings(live_restore=True), says="no engine starts"),
    unknown("in a swarm, settings not read", on_node(daemon_config=missing())),
    inapplicable("in a locked swarm", on_engine(local_node_state="locked")),
    passes("on", on_engine(local_node_state="inactive", live_restore_enabled=True)),
    fails("off", on_engine(local_node_state="inactive")),
    unknown("the node is gone", GONE),
)
