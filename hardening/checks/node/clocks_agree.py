"""Do the nodes agree on the time?"""

from collections.abc import Iterator
from statistics import median

from hardening.checks.vocabulary import Area, Check, Known, Outcome, Severity, failed, not_applicable, passed, unknown
from hardening.model.facts import Facts

TOLERANCE = 30
"""Seconds. Nodes are read at the same time, but a slow one may answer some seconds later."""


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """Compare each node's clock with the middle one."""
    clocks = {name: node.value.time for name, node in facts.nodes.items() if isinstance(node, Known)}
    expected = f"within {TOLERANCE} s of the others"
    for name, node in facts.nodes.items():
        if not isinstance(node, Known):
            yield unknown(node.reason).about(name, name)
        elif len(facts.nodes) == 1:
            yield not_applicable("there is only one node").about(name, name)
        elif len(clocks) == 1:
            yield unknown("no other node could be read to compare with").about(name, name)
        else:
            off = clocks[name] - median(clocks.values())
            verdict = passed if abs(off) <= TOLERANCE else failed
            yield verdict(f"{off:+.0f} s from the middle", expected).about(name, name)


CHECK = Check(
    id="node-clocks-agree",
    title="The nodes' clocks agree",
    area=Area.NODE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Certificates, tokens, raft leases and the order of log lines all rest on the clock.",
    remediation="Run `systemd-timesyncd` or `chrony` on every node and look at `timedatectl`.",
    evaluate=evaluate,
)
