"""Is there a ceiling for a container's memory?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container


def judge(place: Place) -> Verdict:
    """Bytes; 0 is no limit."""
    limit = place.container.inspect.host_config.memory
    return passed(f"{limit / 2**20:.0f} MiB", "a limit") if limit > 0 else failed("no limit", "a limit")


CHECK = Check(
    id="container-memory-limit",
    title="Every container has a memory limit",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.11"),
    rationale="Without one, a single container can make the kernel kill others, the database first.",
    remediation="`deploy: {resources: {limits: {memory: 512M}}}` in the stack.",
    evaluate=per_container(judge),
)
