"""Does the kernel guard links, pipes and core dumps in shared folders?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    all_of,
    cis_docker,
    given,
    per_node,
)
from hardening.model.facts import NodeFacts

ALLOWED = {
    "fs.protected_hardlinks": ("1",),
    "fs.protected_symlinks": ("1",),
    "fs.protected_fifos": ("1", "2"),
    "fs.protected_regular": ("1", "2"),
    "fs.suid_dumpable": ("0",),
}


def judge(machine: NodeFacts) -> Answer:
    """Compare each live value with those that protect."""

    def compare(live: dict[str, str]) -> Answer:
        return all_of(
            (
                f"this kernel has no {name}"
                if name not in live
                else None
                if live[name] in allowed
                else f"{name}={live[name]}"
                for name, allowed in ALLOWED.items()
            ),
            fine=", ".join(f"{name}={live.get(name)}" for name in ALLOWED),
            expected=", ".join(f"{name}={' or '.join(allowed)}" for name, allowed in ALLOWED.items()),
        )

    return given(machine.sysctls, compare)


CHECK = Check(
    id="node-sysctl-filesystem",
    title="The kernel guards links, pipes and core dumps against other users",
    area=Area.NODE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("1.2.1"),
    rationale="Links and pipes left in shared folders are an old way to make a privileged process write elsewhere; "
    "core dumps of setuid programs leak what they held.",
    remediation="Put the values into /etc/sysctl.d/60-harden.conf and run `sysctl --system`, or run `harden deploy`.",
    evaluate=per_node(judge),
)
