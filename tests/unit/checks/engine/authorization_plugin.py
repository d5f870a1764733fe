from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("a plugin", with_settings(authorization_plugins=["opa"]), says="opa"),
    passes("by flag", on_node(daemon_config=Known("{}"), daemon_argv=Known(("dockerd", "--authorization-plugin=opa")))),
    fails("others may call", on_node(groups={"docker": ("ops",)}), says="ops"),
    fails("open on the network", with_settings(hosts=["tcp://10.0.0.1:2376"]), says="tcp://"),
    unknown("settings not read", on_node(daemon_config=missing())),
    inapplicable("only root may call", on_node()),
)
