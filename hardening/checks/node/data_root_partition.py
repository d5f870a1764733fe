"""Does the engine's storage have a file system of its own?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine, unknown
from hardening.model.facts import EngineFacts, NodeFacts


def judge(machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """The mount point that holds the data root must not be the root file system's."""
    root = engine.info.docker_root_dir
    disk = next((disk for disk in machine.disks if disk.path == root), None)
    if disk is None:
        return unknown(f"the file system of {root} was not looked at")
    observed = f"{root} is on {disk.mount_point} ({disk.device})"
    expected = "a file system of its own"
    return failed(observed, expected) if disk.mount_point == "/" else passed(observed, expected)


CHECK = Check(
    id="node-data-root-partition",
    title="The engine's storage has a file system of its own",
    area=Area.NODE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("1.1.1"),
    rationale="Images, logs and volumes can fill a disk; on the root file system that takes the whole machine down.",
    remediation="Mount a volume at the data root (usually /var/lib/docker) before the node joins the swarm.",
    evaluate=per_engine(judge),
)
