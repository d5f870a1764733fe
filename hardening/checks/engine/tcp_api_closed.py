"""Can the engine be commanded over the network without a certificate?"""

import ipaddress

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


def _judge(daemon: Daemon, sockets: tuple[Listener, ...]) -> Verdict:
    hosts = daemon.network_hosts
    listening = [socket for socket in sockets if socket.protocol.startswith("tcp")]
    own = [socket for socket in listening if _is_the_engine(socket, asked=bool(hosts))]
    others = [socket for socket in listening if socket not in own and _leads_to_it(socket)]
    foreign = [f"{_told(each)} by {each.program or 'an unknown program'}" for each in others]
    seen = ", ".join(dict.fromkeys([*hosts, *map(_told, own), *foreign]))
    if not seen:
        return passed("the engine listens on its Unix socket only", EXPECTED)
    verified = daemon.on("tlsverify")
    fine = verified and not others
    return (passed if fine else failed)(f"{seen}; tlsverify: {str(verified).lower()}", EXPECTED)


def _is_the_engine(socket: Listener, *, asked: bool) -> bool:
    """Whether it is the API of dockerd, which checks certificates itself if it was told to."""
    programs = socket.program.split(",")
    if "dockerd" not in programs or socket.port in SWARM_PORTS:
        return False
    return asked or socket.port in API_PORTS or ACTIVATED in programs


def _leads_to_it(socket: Listener) -> bool:
    """Whether another program passes on to it what comes, or is containerd, which checks nobody."""
    return socket.port in API_PORTS or ("containerd" in socket.program.split(",") and not _is_loopback(socket))


def _is_loopback(socket: Listener) -> bool:
    return ipaddress.ip_address(socket.address.partition("%")[0]).is_loopback


def _told(socket: Listener) -> str:
    return f"{socket.address}:{socket.port}"


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
