"""Can a container reach the socket of the engine or of containerd?"""

from hardening.checks.mounts import CONTROL_SOCKETS, exposes
from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, all_of, cis_docker, per_container


def judge(place: Place) -> Verdict:
    """The socket itself, or any folder that holds it; read-only mounts of a socket can still be talked to."""
    mounts = place.container.inspect.mounts
    found = [f"{mount.source} on {mount.destination}" for mount in mounts if exposes(mount, CONTROL_SOCKETS)]
    return all_of(
        found or [None],
        fine=f"none of its {len(mounts)} mounts holds one",
        expected="no mount of the socket or of a folder that holds it",
    )


CHECK = Check(
    id="container-engine-socket",
    title="No container can reach the engine's socket",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.32"),
    rationale="Whoever can write to it starts a privileged container and is root on the node.",
    remediation="Remove the mount; give the program a filtering proxy for the few calls it needs.",
    evaluate=per_container(judge),
)
