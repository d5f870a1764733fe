"""Does a service's definition itself ask for what the kernel should show?"""

from collections.abc import Iterator

from hardening.checks.capabilities import DANGEROUS, declared
from hardening.checks.mounts import is_sensitive
from hardening.checks.secret_names import looks_secret
from hardening.checks.swarm_networks import targets
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
from hardening.model.engine import Mount
from hardening.model.facts import REDACTED, SwarmFacts
from hardening.model.swarm import ContainerSpec, Service

ROOT = frozenset({"", "root"})
HOST = "host"
OFF = frozenset({"disabled", "unconfined"})
"""Modes of AppArmor and seccomp in a definition."""


def judge(service: Service, swarm: SwarmFacts) -> Verdict:
    """A task on another machine, or one not started yet, follows the definition."""
    container = service.spec.task_template.container_spec
    if container is None:
        return unknown("the swarm does not tell its container settings")
    return all_of(
        [*_observations(container), *_opened(container), *_told(service, container, swarm), _network(service, swarm)],
        fine=f"user {container.user}, read-only root, all capabilities dropped",
        expected="a user, read_only, cap_drop ALL, nothing of the node's, and no secret in plain sight",
    )


def _observations(container: ContainerSpec) -> Iterator[str | None]:
    yield _root(container.user)
    yield None if container.read_only else "root is writable"
    dropped = {name.upper().removeprefix("CAP_") for name in container.capability_drop or ()}
    yield None if "ALL" in dropped else "capabilities are kept"


def _opened(container: ContainerSpec) -> Iterator[str | None]:
    """What a definition opens by itself, whether a task of it runs or not."""
    added = sorted(declared(container.capability_add) & DANGEROUS)
    yield f"asks for {', '.join(added)}" if added else None
    for mount in container.mounts or ():
        yield f"mounts {mount.source}" if is_sensitive(Mount(mount.type, mount.source, mount.target)) else None
    given = container.privileges
    modes = {"AppArmor": given.app_armor, "seccomp": given.seccomp} if given else {}
    for what, options in modes.items():
        yield f"{what} is switched off" if options and options.get("Mode") in OFF else None


def _told(service: Service, container: ContainerSpec, swarm: SwarmFacts) -> Iterator[str | None]:
    """What a definition tells everybody who may read it; nodes replace what looks like a secret by a mark."""
    named = {name for name in container.env or () if looks_secret(name)}.union(container.env_secrets)
    yield f"variables that are secrets: {', '.join(sorted(named))}" if named else None
    words = (*(container.command or ()), *(container.args or ()))
    yield "a secret among its arguments" if any(REDACTED in word for word in words) else None
    labels = {**(service.spec.labels or {}), **(container.labels or {})}
    marked = sorted(name for name, value in labels.items() if REDACTED in value)
    yield f"labels that hold secrets: {', '.join(marked)}" if marked else None
    telling = {config.id: config.spec.name for config in swarm.configs if config.holds_secret}
    used = [telling[use.config_id] for use in container.configs or () if use.config_id in telling]
    yield f"configs that hold secrets: {', '.join(used)}" if used else None


def _network(service: Service, swarm: SwarmFacts) -> str | None:
    hosts = {HOST, *(network.id for network in swarm.networks if network.driver == HOST)}
    return "joins the node's own network" if targets(service) & hosts else None


def _root(user: str) -> str | None:
    """Root by whatever name: `0:999` is root with another group."""
    name = user.partition(":")[0]
    if not user:
        return "no user given"
    return f"user {user} is root" if name in ROOT or (name.isdecimal() and int(name) == 0) else None


CHECK = Check(
    id="swarm-spec-hardened",
    title="Service definitions ask for a user, a read-only root, nothing of the node, and tell no secret",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("4.1", "5.4", "5.13"),
    rationale="What happens to be confined today is not tomorrow, unless the definition says so.",
    remediation='`user: "10001:10001"`, `read_only: true`, `cap_drop: [ALL]` in the stack; no system folder, no '
    "`host` network; passwords and keys as `secrets`, not as variables, arguments, labels or `configs`.",
    evaluate=per_service(judge),
)
