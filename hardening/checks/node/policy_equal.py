"""Does every node have the same policy?"""

import hashlib

from hardening.checks.vocabulary import Area, Check, Known, Severity, Unavailable, equal_on_nodes
from hardening.model.facts import NodeFacts


def digest(machine: NodeFacts) -> Known[str] | Unavailable:
    """The policy's hash, short enough to compare by eye."""
    match machine.policy:
        case Known(value=""):
            return Known("no policy")
        case Known(value=text):
            return Known(f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:12]}")
        case Unavailable() as gap:
            return gap


CHECK = Check(
    id="node-policy-equal",
    title="Every node has the same policy",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=(),
    rationale="Swarm may start a task on any node; where the policy lacks its service it runs with the engine's "
    "defaults only.",
    remediation="Run `harden deploy`, which installs one policy everywhere.",
    evaluate=equal_on_nodes(digest, "policy"),
)
