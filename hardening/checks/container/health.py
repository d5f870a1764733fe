"""Is a container's health looked at, and good?"""

from hardening.checks.vocabulary import (
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    cis_docker,
    failed,
    passed,
    per_container,
    unknown,
)


def judge(place: Place) -> Verdict:
    """The engine keeps a state only where a health check is defined, and the last one while nothing runs."""
    state = place.container.inspect.state
    health, expected = state.health, "a health check that says healthy"
    if state.status == "paused":
        return failed("paused: none of its processes runs", expected)
    if health is None or health.status in {"", "none"}:
        return failed("no health check", expected)
    if health.status == "starting":
        return unknown("its first health check has not ended yet")
    return (passed if health.status == "healthy" else failed)(health.status, expected)


CHECK = Check(
    id="container-health",
    title="Every container has a health check, and is healthy",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("4.6", "5.27"),
    rationale="Swarm replaces what it knows to be ill; a process that hangs without a check hangs for good.",
    remediation='`HEALTHCHECK CMD ["/usr/bin/curl", "-fsS", "http://127.0.0.1:8080/healthz"]` in the image, or '
    "`healthcheck:` in the stack.",
    evaluate=per_container(judge),
)
