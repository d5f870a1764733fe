"""Does auditd watch the engine's programs?"""

from hardening.checks.audit_rules import watched
from hardening.checks.files import PROGRAMS
from hardening.checks.vocabulary import Area, Check, Severity, cis_docker, per_node

CHECK = Check(
    id="node-audit-programs",
    title="The audit system watches the programs that start containers",
    area=Area.NODE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("1.1.3", "1.1.14", "1.1.15", "1.1.16", "1.1.17", "1.1.18"),
    rationale="Whoever replaces one of these owns every container from then on; an audit record shows it happened.",
    remediation="Add `-w PATH -p rwxa -k harden` for each to /etc/audit/rules.d/60-harden.rules and run "
    "`augenrules --load`, or run `harden deploy`.",
    evaluate=per_node(watched(*PROGRAMS)),
)
