"""Can a container's mounts appear on the node?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, all_of, cis_docker, per_container


def judge(place: Place) -> Verdict:
    """`shared` lets mounts travel both ways."""
    mounts = place.container.inspect.mounts
    found = [f"{mount.destination}: {mount.propagation}" for mount in mounts if "shared" in mount.propagation]
    return all_of(
        found or [None], fine=f"none of its {len(mounts)} mounts is shared", expected="private, rprivate or slave"
    )


CHECK = Check(
    id="container-mount-propagation",
    title="No container's mounts travel to the node",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.20"),
    rationale="With a shared mount, what the container mounts covers files of the node and of other containers.",
    remediation="Remove `bind: {propagation: shared}` (or rshared) from the mount.",
    evaluate=per_container(judge),
)
