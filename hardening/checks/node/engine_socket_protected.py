"""Who may talk to the engine?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.files import protected
from hardening.checks.vocabulary import Answer, Area, Check, Severity, Verdict, cis_docker, given, per_node
from hardening.model.facts import NodeFacts

USUAL = "/run/docker.sock"


def judge(machine: NodeFacts) -> Answer:
    """Owner, group and mode of the socket, and of others that the engine was told to take orders on."""

    def read(daemon: Daemon) -> Verdict:
        others = {path for path in daemon.sockets if path not in {USUAL, f"/var{USUAL}"}}
        return protected(machine, (USUAL, *sorted(others)), mode=0o660, groups=("docker", "root"))

    return given(settings(machine), read)


CHECK = Check(
    id="node-engine-socket-protected",
    title="Only root and the docker group may talk to the engine",
    area=Area.NODE,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("3.15", "3.16"),
    rationale="Who may write to this socket is root on the node.",
    remediation="`chown root:docker /run/docker.sock && chmod 0660 /run/docker.sock`; make the unit docker.socket say "
    "the same.",
    evaluate=per_node(judge),
)
