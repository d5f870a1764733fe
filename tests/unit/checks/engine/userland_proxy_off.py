from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("off", on_node()),
    fails("on by default", with_settings(userland_proxy=None), says="true"),
    unknown("settings not read", on_node(daemon_config=missing())),
)
