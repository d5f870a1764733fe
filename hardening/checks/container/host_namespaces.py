"""Does a container share what should be its own with the node?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Place, Severity, Verdict, all_of, cis_docker, per_container


def judge(place: Place) -> Verdict:
    """Network, process ids, IPC, host name and users."""
    return all_of(_shared(place), fine="all namespaces are its own", expected="no namespace shared with the node")


def _shared(place: Place) -> Iterator[str | None]:
    host = place.container.inspect.host_config
    modes = {
        "network": host.network_mode,
        "pid": host.pid_mode,
        "ipc": host.ipc_mode,
        "uts": host.uts_mode,
        "userns": host.userns_mode,
    }
    for name, mode in modes.items():
        yield f"{name}: {mode}" if mode == "host" or (name == "pid" and mode.startswith("container:")) else None


CHECK = Check(
    id="container-host-namespaces",
    title="No container shares the node's network, processes, IPC, host name or users",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.10", "5.16", "5.17", "5.21", "5.31"),
    rationale="In the node's network it reaches every local service; in its process table it can read their secrets.",
    remediation="Start it without `--network host`, `--pid host`, `--ipc host`, `--uts host`, `--userns host`.",
    evaluate=per_container(judge),
)
