"""Is every process in a container under a system call filter?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import Answer, Area, Check, Place, Severity, cis_docker, per_container

FILTER = 2


def judge(place: Place) -> Answer:
    """`Seccomp:` of /proc/PID/status."""
    return every_process(
        place.container,
        lambda process: None if process.seccomp == FILTER else f"seccomp mode {process.seccomp}",
        fine=lambda processes: counted(processes, "seccomp mode 2"),
        expected="seccomp mode 2 (filter) on every process",
    )


CHECK = Check(
    id="container-seccomp",
    title="Every process in every container is under a seccomp filter",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.22"),
    rationale="Without a filter each of the kernel's system calls, the little-tested ones too, is open to attack.",
    remediation="Remove `seccomp=unconfined`; give the service a profile with `x-harden` and run `harden deploy`.",
    evaluate=per_container(judge),
)
