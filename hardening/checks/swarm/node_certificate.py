"""Is a node's certificate in the swarm valid, and renewed in time?"""

from cryptography.x509 import Certificate

from hardening.checks.authority import at, certificates, day
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    failed,
    given,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts

LEAST_SHARE = 0.1
"""Nodes renew at 50 to 80 % of a certificate's life (swarmkit, `ca/renewer.go`): what has less left was not renewed."""


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The certificate on the node's disk, by the node's own clock; its key is never read."""
    if engine.info.swarm.local_node_state == "inactive":
        return not_applicable("the node is not part of a swarm")
    return given(certificates(machine.swarm_certificate), lambda chain: _judge(chain[0], machine.time))


def _judge(own: Certificate, now: float) -> Verdict:
    start, end = own.not_valid_before_utc, own.not_valid_after_utc
    left = (end - at(now)) / (end - start)
    observed = f"valid from {day(start)} until {end:%Y-%m-%d %H:%M} UTC, {min(max(left, 0), 1):.0%} of its life left"
    expected = f"valid, with {LEAST_SHARE:.0%} of its life left at least"
    if at(now) < start:
        return failed(f"{observed}; it is not valid yet", expected)
    return (passed if left >= LEAST_SHARE else failed)(observed, expected)


CHECK = Check(
    id="swarm-node-certificate",
    title="Every node's certificate in the swarm is valid and was renewed in time",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="A node whose certificate ends is shut out: its tasks are taken for lost, and a manager's vote is gone.",
    remediation="See why it does not reach a manager (`docker info`, clocks, port 2377); then `docker swarm leave` and "
    "join again with a new token.",
    evaluate=per_engine(judge),
)
