"""Does a container share what should be its own with the node?"""

from collections.abc import Callable, Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Place,
    Severity,
    Unavailable,
    Verdict,
    all_of,
    cis_docker,
    per_container,
)
from hardening.model.engine import HostConfig
from hardening.model.facts import ContainerFacts

OF = "container:"
"""How a mode begins that names another container."""
BORROWED: dict[str, Callable[[HostConfig], str]] = {
    "network": lambda host: host.network_mode,
    "ipc": lambda host: host.ipc_mode,
}
"""What a container may share with another one, as helpers beside a program do; processes are nobody else's."""


def judge(place: Place) -> Verdict:
    """Network, process ids, IPC, host name, users and control groups; also by way of another container's."""
    lent = [name for name, read in BORROWED.items() if read(place.container.inspect.host_config).startswith(OF)]
    fine = f"its own, but for another container's {' and '.join(lent)}" if lent else "all namespaces are its own"
    return all_of(_shared(place), fine=fine, expected="no namespace shared with the node")


def _shared(place: Place) -> Iterator[str | Unavailable | None]:
    host = place.container.inspect.host_config
    modes = {
        "network": host.network_mode,
        "pid": host.pid_mode,
        "ipc": host.ipc_mode,
        "uts": host.uts_mode,
        "userns": host.userns_mode,
    }
    for name, mode in modes.items():
        yield f"{name}: {mode}" if mode == "host" or (name == "pid" and mode.startswith(OF)) else None
    for name, read in BORROWED.items():
        yield _borrowed(place, name, read)
    # With the first version of control groups the node's own view is every container's.
    shows = host.cgroupns_mode == "host" and place.engine.info.cgroup_version == "2"
    yield "cgroup: host" if shows else None


def _borrowed(place: Place, name: str, read: Callable[[HostConfig], str]) -> str | Unavailable | None:
    """A namespace of another container, or of that one's lender: in the end it may be the node's."""
    mode, lenders = read(place.container.inspect.host_config), set[str]()
    while mode.startswith(OF) and mode not in lenders:
        lenders.add(mode)
        lender = _called(place, mode.removeprefix(OF))
        if lender is None:
            return Unavailable(f"{name}: {mode[:22]}, which is not among the containers that were read")
        mode = read(lender.inspect.host_config)
    return f"{name}: that of a container which has the node's" if lenders and mode == "host" else None


def _called(place: Place, name: str) -> ContainerFacts | None:
    containers = place.engine.containers
    running = containers.value if isinstance(containers, Known) else ()
    return next((each for each in running if name in {each.inspect.id, each.inspect.name.lstrip("/")}), None)


CHECK = Check(
    id="container-host-namespaces",
    title="No container shares the node's network, processes, IPC, host name, users or control groups",
    area=Area.CONTAINER,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_docker("5.10", "5.16", "5.17", "5.21", "5.31"),
    rationale="In the node's network it reaches every local service; in its process table it can read their secrets.",
    remediation="Start it without `--network host`, `--pid host`, `--ipc host`, `--uts host`, `--userns host`, "
    "`--cgroupns host`, nor with `container:` one that was.",
    evaluate=per_container(judge),
)
