"""Does a container run an SSH server?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import Answer, Area, Check, Place, Severity, cis_docker, per_container

SERVERS = frozenset({"sshd", "dropbear", "sshd-session"})


def judge(place: Place) -> Answer:
    """By the name of each process."""
    return every_process(
        place.container,
        lambda process: "an SSH server" if process.command in SERVERS else None,
        fine=lambda processes: counted(processes, "no SSH server"),
        expected="no SSH server",
    )


CHECK = Check(
    id="container-no-ssh",
    title="No container runs an SSH server",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.7"),
    rationale="It is a second way in with accounts and keys of its own that nobody rotates.",
    remediation="Remove it from the image; `docker exec` is there for administrators.",
    evaluate=per_container(judge),
)
