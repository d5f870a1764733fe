"""Is a container's own log kept, and bounded?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, failed, passed, per_container, unknown

GROWS = "json-file"
"""`local` rotates by itself; other drivers write elsewhere."""
EXPECTED = "a log, and a max-size where it is a json-file"


def judge(place: Place) -> Verdict:
    """What it was made with: the engine's settings are taken over then, and may have been others."""
    log = place.container.inspect.host_config.log_config
    if log is None or not log.type:
        return unknown("the engine does not tell its log driver")
    if log.type == "none":
        return failed("what it writes is thrown away", EXPECTED)
    if log.type != GROWS:
        return passed(f"the driver {log.type}", EXPECTED)
    most = log.config.max_size if log.config else ""
    return (failed if most in {"", "-1"} else passed)(f"{GROWS}, max-size {most or 'unlimited'}", EXPECTED)


CHECK = Check(
    id="container-log-bounded",
    title="Every container's log is kept, and cannot fill the disk",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=1,
    refs=(),
    rationale="A container keeps the log settings it was made with: limits set since do not hold for it.",
    remediation="Set `log-opts` in daemon.json (see engine-log-limits), then make the container anew: `docker service "
    "update --force SERVICE`; start nothing with `--log-driver none`.",
    evaluate=per_container(judge),
)
