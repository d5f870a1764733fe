import json

from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import SETTINGS, file, files, missing, on_node

CA = "/etc/docker/certs.d/registry:5000/ca.crt"
TLS = Known(json.dumps(SETTINGS | {"tlskey": "/etc/docker/key.pem"}))

CASES = (
    passes("a registry's authority", on_node(files=files(x=(CA, file(0o444))))),
    passes("a private key", on_node(daemon_config=TLS, files=files(x=("/etc/docker/key.pem", file(0o400))))),
    fails("a certificate others may replace", on_node(files=files(x=(CA, file(0o666)))), says="0666"),
    fails(
        "a key others may read", on_node(daemon_config=TLS, files=files(x=("/etc/docker/key.pem", file(0o644)))), "0644"
    ),
    unknown("a key that was not looked at", on_node(daemon_config=TLS), says="key.pem"),
    unknown("settings not read", on_node(daemon_config=missing())),
    inapplicable("no certificates", on_node()),
)
