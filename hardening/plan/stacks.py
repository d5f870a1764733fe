"""Secrets, services and replica sets of each stack."""

from collections.abc import Iterator

from hardening.model.facts import Facts, MongoMember, NodeFacts, SwarmFacts
from hardening.model.known import known
from hardening.model.plan import (
    CreateSecrets,
    DeployStack,
    IssueCertificates,
    Phase,
    PrepareReplicaSet,
    PullImages,
    RemoveSecrets,
    Step,
)
from hardening.model.project import Project
from hardening.model.stack import OWNER_LABEL, SECRET_LABEL, STACK_LABEL, ReplicaSet, Stack
from hardening.model.swarm import Stored
from hardening.stack import compose

from . import certificates, drift
from .replica_set import conform
from .set_view import best_status, newest_config, set_view

_NEW = "to be made"
"""Stands for the name of a secret that this plan makes first: the services that mount it change."""


def steps(project: Project, machines: dict[str, NodeFacts], facts: Facts) -> Iterator[Step]:
    """Steps of the phases SECRETS, IMAGES, FIRST_START, STACK, DATABASE and CLEANUP."""
    leader = project.inventory.managers[0].name
    swarm = known(machines[leader].swarm)
    for rendered in project.stacks:
        secrets, tasks = (swarm.secrets, swarm.tasks) if swarm else ((), ())
        stack = certificates.with_trusted(rendered, secrets, tasks, facts.gathered_at)
        newest = newest_secrets(stack, secrets)
        due = certificates.due(stack, newest, facts.gathered_at)
        yield from _secret_steps(leader, stack, newest, due)
        yield from _pull_steps(project, stack, machines)
        made = {name for family in due for name in (family, *certificates.families(stack)[family])}
        names = stored_names(stack, secrets) | dict.fromkeys(made | (stack.secrets.keys() - newest.keys()), _NEW)
        rollout = _Rollout(stack, swarm, compose(stack, names | stack.pinned, project.profiles))
        if rollout.is_anything:
            yield from _first_start(leader, rollout)
            yield rollout.step(leader)
        elif swarm and (replaced := certificates.replaced(stack, swarm)):
            yield _removal(leader, stack, replaced)
        for name, replica_set in stack.replica_sets.items():
            if lacks := replica_set_lacks(stack, replica_set, facts.mongo):
                yield _preparation(
                    leader, stack, name, lacks, Phase.FIRST_START if rollout.is_first else Phase.DATABASE
                )


def _secret_steps(leader: str, stack: Stack, newest: dict[str, Stored], due: dict[str, str]) -> Iterator[Step]:
    plain = [name for name, secret in stack.secrets.items() if secret.generate not in certificates.KINDS]
    if missing := sorted(set(plain) - newest.keys()):
        summary = f"Make secrets of {stack.name}: {', '.join(missing)}"
        after = "made in memory, kept by the swarm"
        yield Step(leader, Phase.SECRETS, summary, "missing", after, CreateSecrets(stack))
    for family, reason in due.items():
        names = certificates.families(stack)[family]
        summary = f"Issue certificates of {stack.name}: {', '.join(names)}"
        after = "signed by an authority whose key is forgotten"
        yield Step(leader, Phase.SECRETS, summary, reason, after, IssueCertificates(stack, family))


def _removal(leader: str, stack: Stack, names: tuple[str, ...]) -> Step:
    """Old keys do not lie about; and it comes when everything runs with the new ones, not before."""
    summary = f"Remove replaced certificates of {stack.name}"
    return Step(leader, Phase.CLEANUP, summary, ", ".join(names), "gone", RemoveSecrets(names))


def stored_names(stack: Stack, secrets: tuple[Stored, ...]) -> dict[str, str]:
    """Generated secret of a stack -> its name in the swarm: the newest, where no other one is pinned."""
    return {name: secret.spec.name for name, secret in newest_secrets(stack, secrets).items()} | stack.pinned


def newest_secrets(stack: Stack, secrets: tuple[Stored, ...]) -> dict[str, Stored]:
    """Generated secret of a stack -> its newest version in the swarm, of those that exist."""
    found = {}
    for secret in sorted(secrets, key=lambda each: each.created_at):
        labels = secret.spec.labels or {}
        if labels.get(OWNER_LABEL) == stack.name and labels.get(SECRET_LABEL) in stack.secrets:
            found[labels[SECRET_LABEL]] = secret
    return found


def _pull_steps(project: Project, stack: Stack, machines: dict[str, NodeFacts]) -> Iterator[Step]:
    """Images that a node may need and lacks: pulled before tasks wait for them, so that a rollout is short."""
    wanted = sorted({service.image for service in stack.services.values() if "@sha256:" in service.image})
    for node in project.inventory.nodes:
        engine = known(machines[node.name].engine)
        images = (known(engine.images) if engine else None) or ()
        present = {reference for image in images for reference in image.repo_digests or ()}
        if missing := tuple(reference for reference in wanted if reference not in present):
            names = ", ".join(reference.partition("@")[0] for reference in missing)
            after = ", ".join(reference.partition("@sha256:")[2][:12] for reference in missing)
            yield Step(node.name, Phase.IMAGES, f"Pull {names}", "not there", after, PullImages(missing))


class _Rollout:
    """What of a stack's services is to be deployed.

    Args:
        stack: as it is asked for.
        swarm: None where there is none yet.
        document: the Compose document that it comes to.
    """

    def __init__(self, stack: Stack, swarm: SwarmFacts | None, document: dict[str, object]) -> None:
        self.stack = stack
        services, networks = (swarm.services, swarm.networks) if swarm else ((), ())
        self._running = {
            service.spec.name for service in services if (service.spec.labels or {}).get(STACK_LABEL) == stack.name
        }
        wanted = {service.name for service in stack.services.values()}
        self._new = wanted - self._running
        self._gone = self._running - wanted
        self._changed = drift.changed(stack, document, services, networks)
        sets = stack.replica_sets.values()
        self._members = {key for each in sets for key in (*each.members, each.arbiter) if key}

    @property
    def is_anything(self) -> bool:
        """Whether there is something to do."""
        return bool(self._new or self._gone or self._changed)

    @property
    def new_members(self) -> tuple[str, ...]:
        """Services that are members of replica sets and do not run yet."""
        return tuple(
            key for key, each in self.stack.services.items() if key in self._members and each.name in self._new
        )

    @property
    def is_first(self) -> bool:
        """Whether the replica sets can be made before anything that would ask them: nothing but members runs so far."""
        others = {each.name for key, each in self.stack.services.items() if key not in self._members}
        return bool(self._members) and others <= self._new and bool(others) and not (self._changed or self._gone)

    def step(self, leader: str) -> Step:
        """The whole stack."""
        changed = {f"{name} ({'; '.join(lines)})" if lines else name for name, lines in self._changed.items()}
        parts = {"create": self._new, "change": changed, "remove": self._gone}
        return Step(
            leader,
            Phase.STACK,
            f"Deploy the stack {self.stack.name}",
            f"{len(self._running)} services" if self._running else "not deployed",
            "; ".join(f"{word} {', '.join(sorted(services))}" for word, services in parts.items() if services),
            DeployStack(self.stack),
        )


def _first_start(leader: str, rollout: _Rollout) -> Iterator[Step]:
    """Databases alone at first: what would ask them has nothing to ask, and would keep machines busy with asking."""
    if rollout.is_first and rollout.new_members:
        names = ", ".join(rollout.new_members)
        action = DeployStack(rollout.stack, rollout.new_members)
        yield Step(
            leader, Phase.FIRST_START, f"Start the databases of {rollout.stack.name}", "not there", names, action
        )


def _preparation(leader: str, stack: Stack, name: str, lacks: list[str], phase: Phase) -> Step:
    replica_set = stack.replica_sets[name]
    return Step(
        leader,
        phase,
        f"Prepare replica set {name} of {stack.name}",
        f"lacks {'; '.join(lacks)}",
        f"members {', '.join(replica_set.members)}; users {', '.join(replica_set.users)}",
        PrepareReplicaSet(stack, name, replica_set),
    )


def replica_set_lacks(stack: Stack, replica_set: ReplicaSet, members: tuple[MongoMember, ...]) -> list[str]:
    """What of a replica set is not as asked: members, votes, times, write concern, users; in words."""
    services = {stack.services[name].name: name for name in replica_set.members}
    ours = [member for member in members if member.service in services]
    config = newest_config(text for member in ours if (text := known(member.replica_config)))
    if config is None:
        return ["its configuration"]
    concern = next((text for member in ours if (text := known(member.default_concern))), None)
    nodes = {replica_set.host(services[member.service]): member.node for member in ours}
    status = best_status(text for member in ours if (text := known(member.replica_status)))
    view = set_view(config, status, concern, nodes)
    arbiter = stack.services[replica_set.arbiter].name if replica_set.arbiter else ""
    decision = conform(replica_set, view, arbiter_runs=any(member.service == arbiter for member in members))
    lacks = [f"{step.summary} ({step.before} → {step.after})" for step in decision.steps]
    if not view.primary:
        lacks.append("a primary")
    users = {user.name for member in ours for user in known(member.users) or ()}
    if missing := sorted(replica_set.users.keys() - users):
        lacks.append(f"user {', '.join(missing)}")
    return lacks
