"""What holds each service's tasks, as rows of a table: tasks that are held alike share one."""

from collections.abc import Iterator

from msgspec import Struct

from hardening.model.picture import ClusterPicture, Hold, Layer, LayerName, ServicePicture, TaskPicture

HEADINGS = {
    LayerName.APPARMOR: "AppArmor",
    LayerName.SECCOMP: "seccomp",
    LayerName.NO_NEW_PRIVILEGES: "No new privileges",
    LayerName.CAPABILITIES: "Capabilities",
    LayerName.USER_NAMESPACE: "User namespace",
    LayerName.ROOT_READ_ONLY: "Root file system",
}
"""Columns, in order."""
_NAMED = 6
"""Places that a row names; more of them are counted."""
_WORST = (Hold.OPEN, Hold.UNKNOWN, Hold.PARTLY, Hold.HELD)


class Row(Struct, frozen=True):
    """Tasks of one service that are held alike. `first`: it is the service's first row, which bears its name."""

    service: ServicePicture
    where: str
    layers: tuple[Layer, ...]
    first: bool


def rows(cluster: ClusterPicture) -> tuple[Row, ...]:
    """Every service, the least confined first."""
    services = sorted(cluster.services, key=lambda service: (_WORST.index(of_service(service)), service.name))
    return tuple(row for service in services for row in _rows(service))


def of_service(service: ServicePicture) -> Hold:
    """The weakest layer of the weakest task; a service without tasks has nothing that could be open."""
    return worst(layer.hold for task in service.tasks for layer in task.layers.values())


def worst(holds: Iterator[Hold]) -> Hold:
    """The weakest."""
    return min(holds, key=_WORST.index, default=Hold.HELD)


def _rows(service: ServicePicture) -> Iterator[Row]:
    alike: dict[tuple[Layer, ...], list[TaskPicture]] = {}
    for task in service.tasks:
        alike.setdefault(tuple(task.layers[name] for name in HEADINGS), []).append(task)
    weakest_first = sorted(alike.items(), key=lambda item: _WORST.index(worst(layer.hold for layer in item[0])))
    for index, (layers, tasks) in enumerate(weakest_first):
        yield Row(service, _where(tasks), layers, index == 0)


def _where(tasks: list[TaskPicture]) -> str:
    nodes = list(dict.fromkeys(task.node or "no node" for task in tasks))
    more = f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
    return ", ".join(nodes[:_NAMED]) + more
