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
    remediation="Add `-w /var/lib/docker -p wa -k harden` to a file in /etc/audit/rules.d and run `augenrules --load`; "
    "measure first what a busy database then writes to the log.",
    evaluate=per_node(watched("/var/lib/docker")),
)
