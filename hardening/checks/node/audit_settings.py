"""Does auditd watch the engine's settings?"""

from hardening.checks.audit_rules import watched
from hardening.checks.vocabulary import Area, Check, Severity, cis_docker, per_node

PATHS = (
    "/etc/docker",
    "/etc/docker/daemon.json",
    "/etc/default/docker",
    "/etc/sysconfig/docker",
    "/etc/containerd/config.toml",
    "/lib/systemd/system/docker.service",
    "/lib/systemd/system/docker.socket",
    "/etc/harden",
)

CHECK = Check(
    id="node-audit-settings",
    title="The audit system watches the engine's settings and units",
    area=Area.NODE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("1.1.6", "1.1.7", "1.1.9", "1.1.10", "1.1.11", "1.1.12", "1.1.13"),
    rationale="One changed line here switches confinement off for every container started later.",
    remediation="Add `-w PATH -p wa -k harden` for each to /etc/audit/rules.d/60-harden.rules and run "
    "`augenrules --load`, or run `harden deploy`.",
    evaluate=per_node(watched(*PATHS)),
)
