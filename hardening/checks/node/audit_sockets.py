"""Does auditd watch the sockets that give root?"""

from hardening.checks.audit_rules import watched
from hardening.checks.vocabulary import Area, Check, Severity, cis_docker, per_node

PATHS = ("/run/docker.sock", "/run/containerd", "/run/containerd/containerd.sock")

CHECK = Check(
    id="node-audit-sockets",
    title="The audit system watches the engine's socket and containerd's folder",
    area=Area.NODE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("1.1.4", "1.1.8", "1.1.9"),
    rationale="Access to either socket is access to root; the audit log then says whose it was.",
    remediation="Add `-w PATH -p wa -k harden` for each to /etc/audit/rules.d/60-harden.rules and run "
    "`augenrules --load`, or run `harden deploy`.",
    evaluate=per_node(watched(*PATHS)),
)
