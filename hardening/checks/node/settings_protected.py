"""Can anybody but root change the engine's settings, and the data that it works by?"""

from hardening.checks.daemon import DEFAULT_FILE, settings_file
from hardening.checks.files import observations
from hardening.checks.vocabulary import Answer, Area, Check, Severity, Verdict, all_of, cis_docker, given, per_node
from hardening.model.facts import NodeFacts

FILES = (DEFAULT_FILE, "/etc/default/docker", "/etc/sysconfig/docker", "/etc/containerd/config.toml")
FOLDERS = ("/etc/docker", "/etc/containerd")
DATA = ("/run/containerd", "/var/lib/docker")
"""With user namespaces the group is that of their root, which may pass through."""


def judge(machine: NodeFacts) -> Answer:
    """Owner and mode of the files, of the folders they are in, and of those that hold the engine's data."""
    return given(settings_file(machine), lambda file: _judge(machine, file))


def _judge(machine: NodeFacts, own: str) -> Verdict:
    return all_of(
        [
            *observations(machine, dict.fromkeys((own, *FILES)), 0o644, ("root",)),
            *observations(machine, FOLDERS, 0o755, ("root",)),
            *observations(machine, DATA, 0o755),
        ],
        fine="those that exist belong to root and nobody else may change them",
        expected="root:root (data: of any group); files 0644, folders 0755 or tighter",
        nothing="the engine has no settings files here",
    )


CHECK = Check(
    id="node-engine-settings-protected",
    title="The engine's settings and data can be changed by root only",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("3.5", "3.6", "3.17", "3.18", "3.19", "3.20", "3.21", "3.22"),
    rationale="daemon.json names the program that starts every container; who writes it runs as root.",
    remediation="`chown root:root` the paths named; `chmod 0644` files and `chmod 0755` folders.",
    evaluate=per_node(judge),
)
