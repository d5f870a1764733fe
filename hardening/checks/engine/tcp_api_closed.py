"""Can the engine be commanded over the network without a certificate?"""

from collections.abc import Iterable

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    passed,
    per_node,
)
from hardening.model.facts import Listener, NodeFacts

SWARM_PORTS = frozenset({2377, 7946})
API_PORTS = frozenset({2375, 2376})
ACTIVATED = "systemd"
"""Holds a socket beside dockerd that it was started with, docker.socket's; ports of services are dockerd's alone."""
EXPECTED = "no TCP listener, or one that demands client certificates (tlsverify)"


def judge(machine: NodeFacts) -> Answer:
    """Settings say what is meant, the listening sockets what is: both are asked."""
    return given(settings(machine), lambda daemon: given(machine.listeners, lambda sockets: _judge(daemon, sockets)))


def _judge(daemon: Daemon, sockets: Iterable[Listener]) -> Verdict:
    hosts = daemon.network_hosts
    open_ports = [
        f"{socket.address}:{socket.port}"
        for socket in sockets
        if socket.protocol.startswith("tcp")
        and (socket.port in API_PORTS or "dockerd" in socket.program.split(","))
        and socket.port not in SWARM_PORTS
        and (hosts or socket.port in API_PORTS or ACTIVATED in socket.program.split(","))
    ]
    seen = ", ".join(dict.fromkeys([*hosts, *open_ports]))
    if not seen:
        return passed("the engine listens on its Unix socket only", EXPECTED)
    verified = daemon.on("tlsverify")
    return (passed if verified else failed)(f"{seen}; tlsverify: {str(verified).lower()}", EXPECTED)


CHECK = Check(
    id="engine-tcp-api-closed",
    title="The engine's API is not open on the network without client certificates",
    area=Area.ENGINE,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("2.8"),
    rationale="Whoever reaches this port is root on the node; scanners find it within hours.",
    remediation="Remove `hosts`, `-H tcp://…` and docker.socket's `ListenStream` with a port; reach engines over SSH "
    "instead. If it must be: `tlsverify`, `tlscacert`, `tlscert`, `tlskey`.",
    evaluate=per_node(judge),
)
