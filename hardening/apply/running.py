"""The order of work, and what every step may use."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby

from hardening.hosts import Host
from hardening.model.inventory import Node
from hardening.model.plan import (
    ConfigureSwarm,
    CreateSecrets,
    DeployStack,
    DescribeNode,
    InitSwarm,
    InstallFile,
    IssueCertificates,
    JoinSwarm,
    LeaveSwarm,
    Phase,
    Plan,
    PrepareReplicaSet,
    PullImages,
    RemoveSecrets,
    RemoveStack,
    RemoveVolumes,
    RestartEngine,
    Step,
)
from hardening.model.project import Project

from . import engines, files, replica_set, rollout, secrets, swarm

Report = Callable[[str, str], None]
"""Told (node, what happens) as it happens."""


@dataclass(slots=True)
class Cluster:
    """What applying needs: the machines, the way to them, and how long they may take.

    Attributes:
        pace: how much slower than a common machine everything here is; limits are multiplied with it.
        keep_unlock_key: given the swarm's unlock key whenever there is a new one.
        unlock_key: the key, once it is known, so that a restarted manager can be opened again.
    """

    project: Project
    hosts: dict[str, Host]
    report: Report
    pace: float = 1.0
    keep_unlock_key: Callable[[str], None] = field(default=lambda _key: None)
    unlock_key: str = field(default="", repr=False)

    @property
    def leader(self) -> Node:
        """The first manager of the inventory."""
        return self.project.inventory.managers[0]


def run(plan: Plan, cluster: Cluster) -> None:
    """Apply every step.

    Raises:
        FailedError: a step failed; what was done before it stays, and the next run goes on from there.
        HostError: a machine went away.
    """
    side_by_side = {Phase.FILES, Phase.IMAGES}
    if any(isinstance(step.action, InitSwarm) for step in plan.steps):
        side_by_side.add(Phase.ENGINE)  # nothing is served yet
    for phase, of_phase in groupby(plan.steps, key=lambda step: step.phase):
        by_node: dict[str, list[Step]] = {}
        for step in of_phase:
            by_node.setdefault(step.node, []).append(step)
        if phase in side_by_side:
            with ThreadPoolExecutor(len(by_node)) as pool:
                list(pool.map(lambda node, steps: _apply_all(cluster, node, steps), by_node, by_node.values()))
            continue
        # Engines of a swarm restart one after another, so that its services go on; the rest is order by nature.
        for node, steps in by_node.items():
            _apply_all(cluster, node, steps)


def _apply_all(cluster: Cluster, node: str, steps: list[Step]) -> None:
    """Steps of one node in order; neighbouring files travel together."""
    for are_files, group in groupby(steps, key=lambda step: isinstance(step.action, InstallFile)):
        together = list(group)
        for step in together:
            cluster.report(node, step.summary)
        if are_files:
            actions = [step.action for step in together if isinstance(step.action, InstallFile)]
            files.install(cluster.hosts[node], actions, seconds=300 * cluster.pace)
            continue
        for step in together:
            _apply(cluster, node, step)


def _apply(cluster: Cluster, node: str, step: Step) -> None:  # noqa: C901, PLR0911 - one arm per kind of action
    match step.action:
        case RestartEngine():
            return engines.restart(cluster, node)
        case InitSwarm() as action:
            return swarm.found(cluster, action)
        case ConfigureSwarm() as action:
            return swarm.configure(cluster, action)
        case JoinSwarm() as action:
            return swarm.join(cluster, node, action)
        case DescribeNode() as action:
            return swarm.describe(cluster, node, action)
        case PullImages(references=references):
            return engines.pull(cluster, node, references)
        case CreateSecrets(stack=stack):
            return secrets.create(cluster, stack)
        case IssueCertificates(stack=stack, family=family):
            return secrets.issue(cluster, stack, family)
        case RemoveSecrets(names=names):
            return secrets.remove(cluster, names)
        case DeployStack(stack=stack, services=services):
            return rollout.deploy(cluster, stack, services)
        case PrepareReplicaSet() as action:
            return replica_set.prepare(cluster, action)
        case InstallFile() | RemoveStack() | RemoveVolumes() | LeaveSwarm():
            raise TypeError("files are installed together, and stacks removed by `removal`")
