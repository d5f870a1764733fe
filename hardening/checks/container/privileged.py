"""Is a container privileged?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container

MASKED = frozenset({"/proc/kcore", "/proc/keys", "/sys/firmware"})
"""The node's memory, keys and firmware, which every engine hides."""


def judge(place: Place) -> Verdict:
    """The engine's own record; masks over /proc and /sys can be taken off alone, by `systempaths=unconfined`."""
    host = place.container.inspect.host_config
    shown = sorted(MASKED - set(host.masked_paths)) if host.masked_paths is not None else []
    if not host.privileged and shown:
        return failed(f"privileged: false, but not masked: {', '.join(shown)}", "false, and the engine's masks")
    return (failed if host.privileged else passed)(f"privileged: {str(host.privileged).lower()}", "false")


CHECK = Check(
    id="container-privileged",
    title="No container is privileged",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.5", "5.23"),
    rationale="A privileged container has every capability and device, no filter and no profile: it is the node.",
    remediation="Start it without `--privileged` and `--security-opt systempaths=unconfined`, with the single "
    "capability or device that it needs.",
    evaluate=per_container(judge),
)
