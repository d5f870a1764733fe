from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("nofile chosen", on_node()),
    fails("none", with_settings(default_ulimits=None), says="none"),
    fails("only another one", with_settings(default_ulimits={"nproc": {}}), says="nproc"),
    unknown("settings not read", on_node(daemon_config=missing())),
)
