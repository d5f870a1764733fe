"""Is a container in the control group it should be in?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """Empty is the engine's own."""
    parent = place.container.inspect.host_config.cgroup_parent
    return (failed if parent else passed)(parent or "the engine's own", "the engine's own")


CHECK = Check(
    id="container-cgroup-parent",
    title="Every container is below the engine's own control group",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.25"),
    rationale="In another group, limits of other work apply to it, or none.",
    remediation="Start it without `--cgroup-parent`.",
    evaluate=per_container(judge),
)
