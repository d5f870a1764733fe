"""Is anybody in the docker group?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Verdict:
    """Each member is root by another name."""
    if "docker" not in machine.groups:
        return passed("there is no docker group", "no member")
    members = machine.groups["docker"]
    return failed(f"members: {', '.join(members)}", "no member") if members else passed("no member", "no member")


CHECK = Check(
    id="node-docker-group-empty",
    title="The docker group has no members",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("1.1.2"),
    rationale="A member can start a container that mounts `/` and so is root without a password or a trace in sudo's "
    "log.",
    remediation="`gpasswd -d USER docker` for each; administrators use sudo.",
    evaluate=per_node(judge),
)
