"""What holds a container, layer by layer, by the kernel's word over all of its processes."""

from collections.abc import Callable, Iterable

from hardening.checks import capabilities
from hardening.model.facts import ContainerFacts, NodeFacts, ProcessFacts
from hardening.model.known import Known, Unavailable
from hardening.model.picture import Hold, Layer, LayerName

_FILTER = 2
_WORST = (Hold.OPEN, Hold.UNKNOWN, Hold.PARTLY, Hold.HELD)
_SHARED = "docker-default"
_EVERY = (1 << len(capabilities.NAMES)) - 1
_NAMED = 3
"""Capabilities that are told by name; more of them are counted."""


def of(container: ContainerFacts, machine: NodeFacts) -> dict[LayerName, Layer]:
    """Every layer of a container that runs on a machine."""
    made = {name: _over_processes(container, look) for name, look in _OF_PROCESS.items()}
    if isinstance(machine.lsm, Known) and "apparmor" not in machine.lsm.value:
        made[LayerName.APPARMOR] = Layer(Hold.OPEN, "not active on this node")
    return made | {LayerName.ROOT_READ_ONLY: _root(container)}


def unread(reason: str) -> dict[LayerName, Layer]:
    """Every layer of a task that could not be looked at."""
    return {name: Layer(Hold.UNKNOWN, reason) for name in LayerName}


def _over_processes(container: ContainerFacts, look: Callable[[ProcessFacts], Layer]) -> Layer:
    match container.processes:
        case Known(value=processes) if processes:
            return _worst(look(process) for process in processes)
        case Known():
            return Layer(Hold.UNKNOWN, "no process was seen")
        case Unavailable(reason=reason):
            return Layer(Hold.UNKNOWN, reason)


def _worst(layers: Iterable[Layer]) -> Layer:
    """The weakest process decides; where several are equally weak, the first."""
    return min(layers, key=lambda layer: _WORST.index(layer.hold))


def _apparmor(process: ProcessFacts) -> Layer:
    match process.apparmor:
        case Unavailable(reason=reason):
            return Layer(Hold.UNKNOWN, reason)
        case Known(value=label) if label.endswith("(enforce)"):
            profile = label.removesuffix(" (enforce)")
            return Layer(Hold.PARTLY if profile == _SHARED else Hold.HELD, profile)
        case Known(value=label):
            return Layer(Hold.OPEN, label)


def _seccomp(process: ProcessFacts) -> Layer:
    if process.seccomp == _FILTER:
        return Layer(Hold.HELD, "filter")
    return Layer(Hold.OPEN, f"mode {process.seccomp}")


def _no_new_privileges(process: ProcessFacts) -> Layer:
    return Layer(Hold.HELD, "set") if process.no_new_privileges else Layer(Hold.OPEN, "not set")


def _capabilities(process: ProcessFacts) -> Layer:
    held = process.cap_effective | process.cap_permitted | process.cap_inheritable
    held |= process.cap_bounding | process.cap_ambient
    if not held:
        return Layer(Hold.HELD, "none")
    if held & _EVERY == _EVERY:
        return Layer(Hold.OPEN, "all")
    names = sorted(capabilities.names(held))
    return Layer(Hold.PARTLY, ", ".join(names) if len(names) <= _NAMED else f"{len(names)} kept")


def _user_namespace(process: ProcessFacts) -> Layer:
    if not process.uid_map:
        return Layer(Hold.UNKNOWN, "no map of users")
    lowest = min(outside for _, outside, _ in process.uid_map)
    if lowest == 0:
        return Layer(Hold.OPEN, "root is root outside")
    return Layer(Hold.HELD, f"root is {process.uid_map[0][1]}")


def _root(container: ContainerFacts) -> Layer:
    match container.root_read_only:
        case Known(value=True):
            return Layer(Hold.HELD, "read-only")
        case Known():
            return Layer(Hold.OPEN, "writable")
        case Unavailable(reason=reason):
            return Layer(Hold.UNKNOWN, reason)


_OF_PROCESS: dict[LayerName, Callable[[ProcessFacts], Layer]] = {
    LayerName.APPARMOR: _apparmor,
    LayerName.SECCOMP: _seccomp,
    LayerName.NO_NEW_PRIVILEGES: _no_new_privileges,
    LayerName.CAPABILITIES: _capabilities,
    LayerName.USER_NAMESPACE: _user_namespace,
}
