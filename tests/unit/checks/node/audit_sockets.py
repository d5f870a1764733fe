from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import AUDIT_RULES, NO_FILE, files, missing, on_node

SOCKETS = ("/run/docker.sock", "/run/containerd", "/run/containerd/containerd.sock")

CASES = (
    passes("both watched", on_node()),
    passes("watched under its old name", on_node(audit_rules=Known((*AUDIT_RULES[:-2], "-w /var/run -p wa")))),
    fails("not watched", on_node(audit_rules=Known(AUDIT_RULES[:-2])), says="/run/docker.sock"),
    unknown("rules not read", on_node(audit_rules=missing())),
    inapplicable("no sockets", on_node(files=files(**{path: (path, NO_FILE) for path in SOCKETS}))),
)
