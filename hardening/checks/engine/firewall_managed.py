"""May the engine keep its own firewall rules?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """On by default."""

    def read(daemon: Daemon) -> Answer:
        on = daemon.on("iptables", default=True)
        return (passed if on else failed)(f"iptables: {str(on).lower()}", "true")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-firewall-managed",
    title="The engine keeps its own firewall rules",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("2.4"),
    rationale="Internal networks, encrypted overlays and icc=false are all firewall rules: without them nothing is "
    "kept apart.",
    remediation='Remove `"iptables": false` from daemon.json and restart the engine.',
    evaluate=per_node(judge),
)
