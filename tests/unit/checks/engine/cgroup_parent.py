from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("not set", on_node()),
    fails("set", with_settings(cgroup_parent="/system.slice"), says="/system.slice"),
    unknown("settings not read", on_node(daemon_config=missing())),
)
