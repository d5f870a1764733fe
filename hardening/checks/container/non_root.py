"""Does anything in a container run as its root?"""

from hardening.checks.kernel import counted, every_process, inner_uid
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Unavailable,
    cis_docker,
    cis_mongodb,
    cis_nginx,
    per_container,
)
from hardening.model.facts import ProcessFacts


def judge(place: Place) -> Answer:
    """Effective user of each process, seen from inside."""
    return every_process(
        place.container,
        _observe,
        fine=lambda processes: counted(
            processes, "user " + ", ".join(sorted({str(inner_uid(process)) for process in processes}))
        ),
        expected="a user other than 0 in every process",
    )


def _observe(process: ProcessFacts) -> str | Unavailable | None:
    user = inner_uid(process)
    if user is None:
        return Unavailable(f"{process.command}: user {process.uid} is not in its user map")
    return "runs as root inside" if user == 0 else None


CHECK = Check(
    id="container-non-root",
    title="No process in any container runs as root",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=(*cis_docker("4.1", "5.24"), *cis_mongodb("3.3"), *cis_nginx("2.2.1")),
    rationale="Root inside owns every file of the image and meets every kernel check with the best cards.",
    remediation='`USER 10001` in the image or `user: "10001:10001"` in the stack; give the numbers, not names.',
    evaluate=per_container(judge),
)
