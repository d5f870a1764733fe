"""Is there room left where it matters?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, all_of, per_node
from hardening.model.facts import NodeFacts

LEAST_FREE = 0.10
"""Below a tenth free, mongod stops accepting writes soon and images no longer unpack."""


def judge(machine: NodeFacts) -> Verdict:
    """Look at each file system once."""
    mounted = {disk.mount_point: disk for disk in machine.disks if disk.total}
    free = {point: disk.free / disk.total for point, disk in mounted.items()}
    return all_of(
        (None if share >= LEAST_FREE else f"{point}: {share:.0%} free" for point, share in free.items()),
        fine=", ".join(f"{point}: {share:.0%} free" for point, share in free.items()),
        expected=f"at least {LEAST_FREE:.0%} free",
    )


CHECK = Check(
    id="node-disk-space",
    title="File systems that containers write to have room left",
    area=Area.NODE,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="A full disk stops the database and the raft log, and with them the swarm's ability to repair itself.",
    remediation="`docker system df`, `docker image prune`, log limits in daemon.json, or a larger disk.",
    evaluate=per_node(judge),
)
