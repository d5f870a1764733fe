"""Can every user in a container read its secrets?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    all_of,
    cis_mongodb,
    per_service,
)
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service

OTHERS = 0o007


def judge(service: Service, _swarm: SwarmFacts) -> Verdict:
    """Mode of each secret's file; swarm's default is 0444."""
    return all_of(
        _observations(service),
        fine="only their owner and group may read them",
        expected="no permission for others",
        nothing="the service uses no secret",
    )


def _observations(service: Service) -> Iterator[str | None]:
    container = service.spec.task_template.container_spec
    for use in (container.secrets or ()) if container else ():
        mode = use.file.mode if use.file else 0o444
        yield f"{use.secret_name}: {mode & 0o7777:04o}" if mode & OTHERS else None


CHECK = Check(
    id="swarm-secret-modes",
    title="Secrets are readable for the service's own user only",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=cis_mongodb("7.1"),
    rationale="A second process in the container, under another user, should not get the database's key with it.",
    remediation='`secrets: [{source: NAME, uid: "10001", gid: "10001", mode: 0400}]` in the stack.',
    evaluate=per_service(judge),
)
