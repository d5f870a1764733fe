from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import AUDIT_RULES, NO_FILE, files, missing, on_node

PROGRAMS = [path for path in files() if path.startswith(("/usr/bin/", "/usr/sbin/"))]
WITHOUT_RUNC = tuple(rule for rule in AUDIT_RULES if not rule.startswith("-w /usr/sbin/runc"))

CASES = (
    passes("each one watched", on_node()),
    passes(
        "watched in the other form of rules",
        on_node(audit_rules=Known((*WITHOUT_RUNC, "-a always,exit -S all -F path=/usr/sbin/runc -F perm=wx -F key=k"))),
    ),
    passes("their folder watched", on_node(audit_rules=Known(("-w /usr -p wa",)))),
    fails("runc not watched", on_node(audit_rules=Known(WITHOUT_RUNC)), says="no rule watches /usr/sbin/runc"),
    fails("no rules", on_node(audit_rules=Known(()))),
    unknown("rules not read", on_node(audit_rules=missing("auditctl: Operation not permitted")), says="auditctl"),
    unknown("a program was not looked at", on_node(files=files(x=("/usr/sbin/runc", missing())))),
    inapplicable("none exists", on_node(files=files(**{path: (path, NO_FILE) for path in PROGRAMS}))),
)
