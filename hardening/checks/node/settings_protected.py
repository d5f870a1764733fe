"""Can anybody but root change the engine's settings?"""

from hardening.checks.files import observations
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, cis_docker, per_node
from hardening.model.facts import NodeFacts

FILES = ("/etc/docker/daemon.json", "/etc/default/docker", "/etc/sysconfig/docker")
FOLDERS = ("/etc/docker",)


def judge(machine: NodeFacts) -> Verdict:
    """Owner and mode of the files, and of the folder they are in."""
    return all_of(
        [*observations(machine, FILES, 0o644, ("root",)), *observations(machine, FOLDERS, 0o755, ("root",))],
        fine="those that exist belong to root and nobody else may change them",
        expected="root:root; files 0644, folder 0755 or tighter",
        nothing="the engine has no settings files here",
    )


CHECK = Check(
    id="node-engine-settings-protected",
    title="The engine's settings can be changed by root only",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("3.5", "3.6", "3.17", "3.18", "3.19", "3.20", "3.21", "3.22"),
    rationale="daemon.json names the program that starts every container; who writes it runs as root.",
    remediation="`chown root:root` the paths named; `chmod 0644` files and `chmod 0755` /etc/docker.",
    evaluate=per_node(judge),
)
