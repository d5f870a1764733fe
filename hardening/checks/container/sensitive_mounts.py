"""Does a container see part of the node's own system?"""

from hardening.checks.mounts import is_sensitive, source
from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, all_of, cis_docker, per_container


def judge(place: Place) -> Verdict:
    """Bind mounts, and volumes that lead elsewhere: other volumes and tmpfs are the engine's own."""
    mounts = place.container.inspect.mounts
    own = f"/containers/{place.container.inspect.id}/"
    found = [
        f"{source(mount)} on {mount.destination} ({'rw' if mount.rw else 'ro'})"
        for mount in mounts
        if is_sensitive(mount, (place.engine.info.docker_root_dir,)) and own not in mount.source
    ]
    return all_of(
        found or [None], fine=f"none of its {len(mounts)} mounts is one", expected="no folder of the node's own system"
    )


CHECK = Check(
    id="container-sensitive-mounts",
    title="No container sees the node's system folders",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.6"),
    rationale="Writing there changes the node; reading alone gives away keys, password hashes and process memory.",
    remediation="Use a volume, a config or a secret instead of the bind mount.",
    evaluate=per_container(judge),
)
