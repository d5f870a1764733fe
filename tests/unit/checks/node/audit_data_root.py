from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import AUDIT_RULES, NO_FILE, files, missing, on_node

ROOT = "/var/lib/docker"

CASES = (
    passes("watched", on_node()),
    passes(
        "by a rule on a folder above it", on_node(audit_rules=Known(("-a always,exit -F dir=/var/lib -F perm=wa",)))
    ),
    passes(
        "for those who came by a login",
        on_node(audit_rules=Known(("-a always,exit -F dir=/var/lib/docker -F perm=wa -F field9!=4294967295",))),
    ),
    fails(
        "not watched",
        on_node(audit_rules=Known(tuple(rule for rule in AUDIT_RULES if ROOT not in rule))),
        says="no rule watches /var/lib/docker",
    ),
    unknown("rules not read", on_node(audit_rules=missing("auditctl is not installed"))),
    inapplicable("another data root", on_node(files=files(x=(ROOT, NO_FILE)))),
)
