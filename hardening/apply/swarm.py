"""Founding, joining and describing the swarm."""

import time
from typing import TYPE_CHECKING

import msgspec

from hardening.errors import FailedError
from hardening.hosts.engine import engine
from hardening.model.plan import ConfigureSwarm, DescribeNode, InitSwarm, JoinSwarm

from .engines import wait_for

if TYPE_CHECKING:
    from .running import Cluster

JOIN_SECONDS = 120
_POLL_SECONDS = 1.0


def found(cluster: "Cluster", action: InitSwarm) -> None:
    """Found the swarm on the leading manager and hand on its unlock key."""
    with engine(cluster.hosts[cluster.leader.name]) as running:
        running.init_swarm(action.address, pool=action.address_pool, **msgspec.structs.asdict(action.options))
        if action.options.autolock:
            _keep(cluster, running.unlock_key())


def configure(cluster: "Cluster", action: ConfigureSwarm) -> None:
    """Change the swarm's settings; a new unlock key is handed on."""
    with engine(cluster.hosts[cluster.leader.name]) as running:
        running.configure_swarm(**msgspec.structs.asdict(action.options))
        if action.options.autolock:
            _keep(cluster, running.unlock_key())


def join(cluster: "Cluster", node: str, action: JoinSwarm) -> None:
    """Let a machine join; the token goes from engine to engine through this process's memory only."""
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        token = leading.join_token(manager=action.manager)
    with engine(cluster.hosts[node]) as running:
        running.join_swarm(cluster.leader.address, token, action.address)
    wait_for(cluster, node, "active", seconds=JOIN_SECONDS * cluster.pace)


def describe(cluster: "Cluster", node: str, action: DescribeNode) -> None:
    """Set a member's role and labels, once the leader knows the member."""
    with engine(cluster.hosts[node]) as running:
        node_id = running.node_id()
    deadline = time.monotonic() + JOIN_SECONDS * cluster.pace
    with engine(cluster.hosts[cluster.leader.name]) as leading:
        while node_id not in {member.id for member in leading.nodes() if member.status.state == "ready"}:
            if time.monotonic() > deadline:
                raise FailedError(f"{node}: joined, but {cluster.leader.name} does not see it ready")
            time.sleep(_POLL_SECONDS)
        leading.describe_node(node_id, manager=action.manager, labels=action.labels)


def _keep(cluster: "Cluster", key: str) -> None:
    cluster.unlock_key = key
    cluster.keep_unlock_key(key)
