from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("by default", on_node()),
    fails("switched off", with_settings(iptables=False), says="false"),
    unknown("settings not read", on_node(daemon_config=missing())),
)
