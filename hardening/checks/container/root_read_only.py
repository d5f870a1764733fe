"""Can a container write to its own image?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    cis_docker,
    failed,
    given,
    passed,
    per_container,
)


def judge(place: Place) -> Answer:
    """`ro` on `/` in the container's own mount table."""
    return given(
        place.container.root_read_only,
        lambda read_only: (passed if read_only else failed)(
            f"/ is mounted {'ro' if read_only else 'rw'}", "/ is mounted ro"
        ),
    )


CHECK = Check(
    id="container-root-read-only",
    title="Containers cannot write to their root file system",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.13"),
    rationale="An intruder who cannot leave a file behind must start anew after each restart.",
    remediation="`read_only: true` in the stack, and `volumes: [{type: tmpfs, target: /tmp}]` for what is written.",
    evaluate=per_container(judge),
)
