"""Is a container's root the node's root?"""

from hardening.checks.kernel import counted, every_process
from hardening.checks.vocabulary import Answer, Area, Check, Place, Severity, cis_docker, per_container
from hardening.model.facts import ProcessFacts


def judge(place: Place) -> Answer:
    """The kernel's own table: where does user 0 inside lead?"""
    return every_process(
        place.container,
        _observe,
        fine=lambda processes: counted(processes, f"root inside is user {processes[0].uid_map[0][1]} outside"),
        expected="root inside mapped to an unprivileged user outside",
    )


def _observe(process: ProcessFacts) -> str | None:
    if not process.uid_map:
        return "no user namespace map"
    shifted = all(outside > 0 for _, outside, _ in process.uid_map)
    return None if shifted else "root inside is root on the node"


CHECK = Check(
    id="container-user-namespace",
    title="Root inside a container is not root on the node",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=2,
    refs=cis_docker("2.10", "5.31"),
    rationale="A file or process that is reached outside the container is then reached as a user with no rights.",
    remediation='`"userns-remap": "default"` in daemon.json before the node joins; no `--userns=host`.',
    evaluate=per_container(judge),
)
