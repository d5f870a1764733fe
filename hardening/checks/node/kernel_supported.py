"""Is the kernel from a line that still gets fixes?"""

from hardening.checks import versions
from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_node, unknown
from hardening.model.facts import NodeFacts

FLOOR = (5, 10)
"""The oldest long-term line that kernel.org still maintained in 2026."""


def judge(machine: NodeFacts) -> Verdict:
    """Compare the release with the oldest maintained line."""
    version = versions.parse(machine.kernel)
    expected = f"{'.'.join(map(str, FLOOR))} or later"
    if not version:
        return unknown(f"`{machine.kernel}` is no kernel version")
    return passed(machine.kernel, expected) if version >= FLOOR else failed(machine.kernel, expected)


CHECK = Check(
    id="node-kernel-supported",
    title="The kernel is from a line that still receives fixes",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("1.2.1"),
    rationale="Containers share the node's kernel: a hole in it is a hole in all of them.",
    remediation="Upgrade the operating system to a release with a maintained kernel and reboot.",
    evaluate=per_node(judge),
)
