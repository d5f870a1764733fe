"""Do all engines have the same settings?"""

import hashlib
import json

from hardening.checks.daemon import settings
from hardening.checks.vocabulary import Area, Check, Known, Severity, Unavailable, equal_on_nodes
from hardening.model.facts import NodeFacts


def digest(machine: NodeFacts) -> Known[str] | Unavailable:
    """A hash of daemon.json with sorted keys and of dockerd's flags; they are named, so that a missing one is seen."""
    match settings(machine):
        case Known(value=daemon):
            flags = daemon.argv[1:]
            text = json.dumps([daemon.config, flags], sort_keys=True)
            named = [*sorted(daemon.config), *(word.partition("=")[0] for word in flags if word.startswith("-"))]
            return Known(f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:12]} ({', '.join(named) or 'none'})")
        case Unavailable() as gap:
            return gap


CHECK = Check(
    id="engine-settings-equal",
    title="Every engine has the same settings",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="One engine with another setting is where an intruder's task wants to be scheduled, and nobody looks.",
    remediation="Run `harden deploy`, or compare /etc/docker/daemon.json and `systemctl cat docker` on the nodes.",
    evaluate=equal_on_nodes(digest, "settings"),
)
