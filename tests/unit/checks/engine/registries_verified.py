from hardening.model.engine import RegistryConfig
from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, on_engine, on_node, with_settings

CASES = (
    passes("loopback only", on_node()),
    passes("localhost by name", with_settings(insecure_registries=["localhost:5000"])),
    passes("loopback with a port", with_settings(insecure_registries=["127.0.0.1:5000", "[::1]:5000"])),
    passes("a mirror over TLS", with_settings(registry_mirrors=["https://mirror.lan"])),
    passes("a mirror on this machine", with_settings(registry_mirrors=["http://localhost:5000/"])),
    fails("a mirror in the clear", with_settings(registry_mirrors=["http://mirror.lan/"]), says="http://mirror.lan"),
    fails("one by name", with_settings(insecure_registries=["registry.lan:5000"]), says="registry.lan:5000"),
    fails("a network", on_engine(registry_config=RegistryConfig(("127.0.0.0/8", "10.0.0.0/8"))), says="10.0.0.0/8"),
    fails(
        "one by flag",
        on_node(daemon_config=Known("{}"), daemon_argv=Known(("dockerd", "--insecure-registry", "r:5000"))),
        says="r:5000",
    ),
    unknown("settings not read", on_node(daemon_config=missing())),
)
