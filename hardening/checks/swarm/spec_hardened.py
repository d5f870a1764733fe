"""Does a service's definition itself ask for what the kernel should show?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    all_of,
    cis_docker,
    per_service,
    unknown,
)
from hardening.model.facts import SwarmFacts
from hardening.model.swarm import ContainerSpec, Service

ROOT = frozenset({"", "root"})


def judge(service: Service, _swarm: SwarmFacts) -> Verdict:
    """A task on another machine, or one not started yet, follows the definition."""
    container = service.spec.task_template.container_spec
    if container is None:
        return unknown("the swarm does not tell its container settings")
    return all_of(
        _observations(container),
        fine=f"user {container.user}, read-only root, all capabilities dropped",
        expected="a user, read_only, cap_drop ALL",
    )


def _observations(container: ContainerSpec) -> Iterator[str | None]:
    yield _root(container.user)
    yield None if container.read_only else "root is writable"
    dropped = {name.upper().removeprefix("CAP_") for name in container.capability_drop or ()}
    yield None if "ALL" in dropped else "capabilities are kept"


def _root(user: str) -> str | None:
    """Root by whatever name: `0:999` is root with another group."""
    name = user.partition(":")[0]
    if not user:
        return "no user given"
    return f"user {user} is root" if name in ROOT or (name.isdecimal() and int(name) == 0) else None


CHECK = Check(
    id="swarm-spec-hardened",
    title="Service definitions ask for a user, a read-only root and no capabilities",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("4.1", "5.4", "5.13"),
    rationale="What happens to be confined today is not tomorrow, unless the definition says so.",
    remediation='`user: "10001:10001"`, `read_only: true`, `cap_drop: [ALL]` in the stack.',
    evaluate=per_service(judge),
)
