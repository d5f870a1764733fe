"""Is there a ceiling for a container's processes?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """None, 0 and -1 are all no limit."""
    limit = place.container.inspect.host_config.pids_limit or 0
    return passed(f"{limit} processes", "a limit") if limit > 0 else failed("no limit", "a limit")


CHECK = Check(
    id="container-pids-limit",
    title="Every container has a limit of processes",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.29"),
    rationale="A fork bomb in one container otherwise takes every process id of the node.",
    remediation="`deploy: {resources: {limits: {pids: 100}}}` in the stack.",
    evaluate=per_container(judge),
)
