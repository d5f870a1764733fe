from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("the default", on_node()),
    fails("debug", with_settings(debug=True), says="debug"),
    fails("quieter", with_settings(log_level="fatal"), says="fatal"),
    unknown("settings not read", on_node(daemon_config=missing())),
)
