from hardening.model.known import Known
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import AUDIT_RULES, missing, on_node


def others(path: str) -> tuple[str, ...]:
    """The rules that do not watch it."""
    return tuple(rule for rule in AUDIT_RULES if f" {path} " not in rule)


CASES = (
    passes("watched, units by their merged name", on_node()),
    fails(
        "a folder with a similar name does not count",
        on_node(audit_rules=Known((*(r for r in AUDIT_RULES if "/etc/docker" not in r), "-w /etc/dock -p wa"))),
        says="/etc/docker",
    ),
    fails("audit is off", on_node(audit_rules=Known(("-e 0", *AUDIT_RULES))), says="audit is switched off"),
    fails(
        "a rule that keeps records out",
        on_node(audit_rules=Known((*others("/etc/harden"), "-a never,exit -S all -F dir=/etc/harden -F perm=wa"))),
        says="/etc/harden",
    ),
    fails(
        "reading alone is recorded",
        on_node(audit_rules=Known((*others("/etc/harden"), "-w /etc/harden -p r -k harden"))),
        says="/etc/harden",
    ),
    passes(
        "in the longer form",
        on_node(audit_rules=Known((*others("/etc/harden"), "-a always,exit -S all -F dir=/etc/harden -F perm=wa"))),
    ),
    unknown("rules not read", on_node(audit_rules=missing())),
)
