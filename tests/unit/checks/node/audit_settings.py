from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import AUDIT_RULES, missing, on_node

CASES = (
    passes("watched, units by their merged name", on_node()),
    fails(
        "a folder with a similar name does not count",
        on_node(audit_rules=Known((*(r for r in AUDIT_RULES if "/etc/docker" not in r), "-w /etc/dock -p wa"))),
        says="/etc/docker",
    ),
    unknown("rules not read", on_node(audit_rules=missing())),
)
