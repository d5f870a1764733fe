"""Who may talk to containerd?"""

from hardening.checks.files import protected
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Verdict:
    """Owner, group and mode of the socket."""
    return protected(
        machine,
        ("/run/containerd/containerd.sock",),
        mode=0o660,
        nothing="there is no containerd socket where it usually is",
    )


CHECK = Check(
    id="node-containerd-socket-protected",
    title="Only root may talk to containerd",
    area=Area.NODE,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("3.23", "3.24"),
    rationale="containerd starts containers for the engine and asks nobody who is calling.",
    remediation="`chown root:root` and `chmod 0660 /run/containerd/containerd.sock`.",
    evaluate=per_node(judge),
)
