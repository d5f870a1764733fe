"""Can anybody but root change how the engine is started?"""

from hardening.checks.files import protected
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, per_node
from hardening.model.facts import NodeFacts

PATHS = tuple(
    f"{folder}/{unit}"
    for folder in ("/lib/systemd/system", "/etc/systemd/system")
    for unit in ("docker.service", "docker.socket")
)
"""The package's units and an administrator's own that take their place."""


def judge(machine: NodeFacts) -> Verdict:
    """Owner and mode of systemd's units."""
    return protected(machine, PATHS, mode=0o644, nothing="systemd does not start the engine here")


CHECK = Check(
    id="node-unit-files-protected",
    title="The engine's systemd units can be changed by root only",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("3.1", "3.2", "3.3", "3.4"),
    rationale="Who can write a unit decides what runs as root at the next start.",
    remediation="`chown root:root` and `chmod 0644` the units named.",
    evaluate=per_node(judge),
)
