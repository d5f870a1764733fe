"""Does auditd watch the engine's data?"""

from hardening.checks.audit_rules import watched
from hardening.checks.vocabulary import Area, Check, Severity, cis_docker, per_node

CHECK = Check(
    id="node-audit-data-root",
    title="The audit system watches the engine's data",
    area=Area.NODE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("1.1.5"),
    rationale="Volumes and images can be read and changed there past the engine; an audit record shows that it "
    "happened, and nothing else does.",
    remediation="Add `-a always,exit -F dir=/var/lib/docker -F perm=wa -F auid!=unset -F key=harden` to "
    "/etc/audit/rules.d/60-harden.rules and run `augenrules --load`, or run `harden deploy`. Without `auid!=unset` the "
    "log also holds what the engine and its containers do there by themselves: measure first how much that is.",
    evaluate=per_node(watched("/var/lib/docker")),
)
