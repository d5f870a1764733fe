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
PULLS = 3
"""Attempts: a registry that serves all nodes at once may keep one waiting for longer than its engine waits."""
_POLL_SECONDS = 1.0
_PAUSE_SECONDS = 5.0
_BY_SYSTEMD = ("systemctl", "restart", "docker.service")
_BY_INIT = ("service", "docker", "restart")
_NO_SUCH_SERVICE = (1, 127)
"""What `service` ends with where it knows no such script, and a shell where it knows no such program."""


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
    # The folder is systemd's own sign that it runs the machine (sd_booted(3)); its programs may be there without it.
    systemd = host.run(("test", "-d", "/run/systemd/system")).ok
    result = host.run(_BY_SYSTEMD if systemd else _BY_INIT, timeout=limit)
    if result.rc in _NO_SUCH_SERVICE and not systemd:
        raise FailedError(
            f"{node}: has neither systemd nor an init script to restart its engine with: {result.complaint}",
            "restart the engine by hand, then run it again: it goes on from there",
        )
    if not result.ok:
        log = (
            host.run(("journalctl", "-u", "docker.service", "-n", "5", "--no-pager", "-o", "cat")) if systemd else None
        )
        raise FailedError(f"{node}: the engine does not start: {(log and log.text.strip()) or result.complaint}")
    wait_for(cluster, node, "inactive" if state == "inactive" else "active", seconds=limit)


def pull(cluster: "Cluster", node: str, references: tuple[str, ...]) -> None:
    """Bring images to a node.

    Raises:
        FailedError: the engine could not get one, with its own words.
    """
    for reference in references:
        for left in reversed(range(PULLS)):
            try:
                with engine(cluster.hosts[node], timeout=int(PULL_SECONDS * cluster.pace)) as running:
                    running.pull(reference)
                break
            except FailedError as error:
                if not left:
                    raise
                cluster.report(node, f"pulling {reference} again: {error.message}")
                time.sleep(_PAUSE_SECONDS)


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
