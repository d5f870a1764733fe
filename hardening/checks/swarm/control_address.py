"""Does the swarm's control port listen on one chosen address?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, Listener, NodeFacts

PORT = 2377
EVERYWHERE = frozenset({"0.0.0.0", "::", "*", ""})  # noqa: S104 - these are what is looked for


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The kernel's list of listening sockets."""
    if not engine.info.swarm.control_available:
        return not_applicable("only managers listen for members")
    return given(machine.listeners, _judge)


def _judge(sockets: tuple[Listener, ...]) -> Verdict:
    addresses = sorted({s.address for s in sockets if s.protocol.startswith("tcp") and s.port == PORT})
    expected = f"port {PORT} on one address of the cluster's network"
    if not addresses:
        return failed(f"nothing listens on port {PORT}, though this is a manager", expected)
    open_to_all = EVERYWHERE.intersection(addresses)
    return (failed if open_to_all else passed)(f"port {PORT} on {', '.join(addresses)}", expected)


CHECK = Check(
    id="swarm-control-address",
    title="Managers listen for members on one chosen address",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("7.2"),
    rationale="On every address, the outer network can try join tokens and whatever hole the port will have.",
    remediation="Found the swarm with `docker swarm init --listen-addr ADDRESS:2377 --advertise-addr ADDRESS`; a "
    "manager that exists is demoted, leaves and joins again.",
    evaluate=per_engine(judge),
)
