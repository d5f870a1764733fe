"""Do all nodes run the same engine?"""

from hardening.checks import versions
from hardening.checks.vocabulary import Area, Check, Known, Severity, Unavailable, equal_on_nodes
from hardening.model.facts import NodeFacts


def version(machine: NodeFacts) -> Known[str] | Unavailable:
    """Engine and runc."""
    match machine.engine:
        case Known(value=engine):
            return Known(f"engine {engine.info.server_version}, runc {versions.runc(engine) or 'not told'}")
        case Unavailable() as gap:
            return gap


CHECK = Check(
    id="engine-versions-equal",
    title="Every node runs the same engine and runc",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Engines differ in what they confine by default; a task that moves should land in the same conditions.",
    remediation="Upgrade the node that differs: drain, upgrade, set active again.",
    evaluate=equal_on_nodes(version, "versions"),
)
