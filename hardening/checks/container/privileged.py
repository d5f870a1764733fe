"""Is a container privileged?"""

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, cis_docker, failed, passed, per_container

MASKED = frozenset({"/proc/kcore", "/proc/keys", "/sys/firmware"})
"""The node's memory, keys and firmware, which every engine hides."""
READ_ONLY = frozenset({"/proc/sys", "/proc/sysrq-trigger"})
"""The kernel's parameters, and the file by which root stops or restarts the node."""


def judge(place: Place) -> Verdict:
    """The engine's own record; masks over /proc and /sys can be taken off alone, by `systempaths=unconfined`."""
    host = place.container.inspect.host_config
    opened = {"masked": _missing(MASKED, host.masked_paths), "read-only": _missing(READ_ONLY, host.readonly_paths)}
    told = "; ".join(f"not {how}: {', '.join(paths)}" for how, paths in opened.items() if paths)
    if not host.privileged and told:
        return failed(f"privileged: false, but {told}", "false, and the engine's masks")
    return (failed if host.privileged else passed)(f"privileged: {str(host.privileged).lower()}", "false")


def _missing(wanted: frozenset[str], found: tuple[str, ...] | None) -> list[str]:
    return sorted(wanted - set(found)) if found is not None else []


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
