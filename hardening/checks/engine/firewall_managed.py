"""May the engine keep its own firewall rules, all of them?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, all_of, cis_docker, given, per_node
from hardening.model.facts import NodeFacts

WEAKENED = {"iptables": False, "ip6tables": False, "allow-direct-routing": True, "ip-forward-no-drop": True}
"""Switches, and where each takes rules away: over IPv6, before containers' own addresses, from forwarding."""


def judge(machine: NodeFacts) -> Answer:
    """All rules are there by default."""

    def read(daemon: Daemon) -> Answer:
        found = [f"{name}: {str(bad).lower()}" for name, bad in WEAKENED.items() if daemon.value(name) is bad]
        return all_of(found or [None], fine="none is taken away", expected="the engine's defaults")

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
    remediation="Remove the settings named from daemon.json and restart the engine.",
    evaluate=per_node(judge),
)
