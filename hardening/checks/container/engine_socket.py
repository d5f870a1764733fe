"""Can a container reach the socket of the engine or of containerd?"""

from hardening.checks.daemon import settings
from hardening.checks.mounts import CONTROL_SOCKETS, exposes, source
from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Place,
    Severity,
    Verdict,
    all_of,
    cis_docker,
    per_container,
)


def judge(place: Place) -> Verdict:
    """The socket itself, or any folder that holds it; read-only mounts of a socket can still be talked to."""
    mounts = place.container.inspect.mounts
    daemon = settings(place.machine)
    sockets = (*CONTROL_SOCKETS, *(daemon.value.sockets if isinstance(daemon, Known) else ()))
    found = [f"{source(mount)} on {mount.destination}" for mount in mounts if exposes(mount, sockets)]
    return all_of(
        found or [None if isinstance(daemon, Known) or not mounts else daemon],
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
