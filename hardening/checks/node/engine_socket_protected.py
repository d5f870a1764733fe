"""Who may talk to the engine?"""

from hardening.checks.files import protected
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Verdict:
    """Owner, group and mode of the socket."""
    return protected(machine, ("/run/docker.sock",), mode=0o660, groups=("docker", "root"))


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
