"""Does a service say exactly which image it runs?"""

import re

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_service, unknown
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import Service

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def judge(service: Service, _swarm: SwarmFacts) -> Verdict:
    """A tag may mean another image tomorrow; a digest cannot."""
    container = service.spec.task_template.container_spec
    if container is None or not container.image:
        return unknown("the swarm does not tell its image")
    return (passed if DIGEST.search(container.image) else failed)(container.image, "NAME@sha256:DIGEST")


CHECK = Check(
    id="swarm-image-pinned",
    title="Every service names its image by digest",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.28", "4.12"),
    rationale="Whoever can push a tag otherwise decides what the next restarted task runs.",
    remediation="`image: REGISTRY/NAME@sha256:DIGEST` in the stack; `harden images push` writes the digests down.",
    evaluate=per_service(judge),
)
