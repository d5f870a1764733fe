"""Restarting engines, without losing a locked manager."""

import time
from typing import TYPE_CHECKING

from hardening.errors import FailedError, HardenError, HostError
from hardening.hosts.engine import engine

if TYPE_CHECKING:
    from .running import Cluster

RESTART_SECONDS = 180
"""Until an engine answers again, on a machine of common speed."""
PULL_SECONDS = 120
"""For any one answer of the engine while it pulls an image."""
_POLL_SECONDS = 1.0


def restart(cluster: "Cluster", node: str) -> None:
    """Restart a node's engine, wait until it answers and is back in its swarm.

    Raises:
        FailedError: the engine did not come back; its log's last lines are in the message.
    """
    host = cluster.hosts[node]
    with engine(host) as running:
        state = running.swarm_state()
    if state == "active" and node in {manager.name for manager in cluster.project.inventory.managers}:
        with engine(host) as running:
            cluster.unlock_key = running.unlock_key() or cluster.unlock_key
    limit = RESTART_SECONDS * cluster.pace
    result = host.run(("systemctl", "restart", "docker.service"), timeout=limit)
    if result.rc == 127:  # noqa: PLR2004 - the shell's code for a missing program
        raise FailedError(f"{node}: has no systemd to restart its engine with", "restart the engine by hand, run again")
    if not result.ok:
        log = host.run(("journalctl", "-u", "docker.service", "-n", "5", "--no-pager", "-o", "cat"))
        raise FailedError(f"{node}: the engine does not start: {log.text.strip() or result.complaint}")
    wait_for(cluster, node, "inactive" if state == "inactive" else "active", seconds=limit)


def pull(cluster: "Cluster", node: str, references: tuple[str, ...]) -> None:
    """Bring images to a node."""
    with engine(cluster.hosts[node], timeout=int(PULL_SECONDS * cluster.pace)) as running:
        for reference in references:
            running.pull(reference)


def wait_for(cluster: "Cluster", node: str, wanted: str, *, seconds: float) -> None:
    """Wait until a node's engine answers with a swarm state; a locked one is opened with the key at hand."""
    deadline = time.monotonic() + seconds
    said = ""
    while time.monotonic() < deadline:
        try:
            with engine(cluster.hosts[node]) as running:
                said = running.swarm_state()
                if said == wanted:
                    return
                if said == "locked":
                    _unlock(cluster, node)
        except HostError as error:
            said = error.message
        time.sleep(_POLL_SECONDS)
    raise FailedError(f"{node}: the engine's swarm state is `{said}`, not `{wanted}`, after {seconds:.0f} s")


def _unlock(cluster: "Cluster", node: str) -> None:
    if not cluster.unlock_key:
        raise HardenError(f"{node}: its swarm is locked", "run: harden unlock")
    with engine(cluster.hosts[node]) as running:
        running.unlock(cluster.unlock_key)
