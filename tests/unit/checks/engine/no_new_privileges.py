from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("in daemon.json", on_node()),
    passes("as a flag", on_node(daemon_config=Known("{}"), daemon_argv=Known(("dockerd", "--no-new-privileges")))),
    fails("not set", with_settings(no_new_privileges=None)),
    fails(
        "false as a flag",
        on_node(daemon_config=Known("{}"), daemon_argv=Known(("dockerd", "--no-new-privileges=false"))),
    ),
    unknown("settings not read", on_node(daemon_config=missing())),
    unknown("command line not read", on_node(daemon_argv=missing())),
)
