from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_node, with_settings

CASES = (
    passes("by default", on_node()),
    fails("switched off", with_settings(iptables=False), says="iptables: false"),
    fails("over IPv6", with_settings(ip6tables=False), says="ip6tables: false"),
    fails("containers are reached by their own addresses", with_settings(allow_direct_routing=True), says="direct"),
    fails("by flag", on_node(daemon_argv=Known(("dockerd", "--ip-forward-no-drop=true"))), says="no-drop: true"),
    fails("by a number", on_node(daemon_argv=Known(("dockerd", "--iptables=0"))), says="iptables: false"),
    fails("by a letter", on_node(daemon_argv=Known(("dockerd", "--allow-direct-routing=T"))), says="routing: true"),
    passes("as by default", with_settings(ip6tables=True, allow_direct_routing=False)),
    unknown("settings not read", on_node(daemon_config=missing())),
)
