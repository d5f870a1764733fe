"""The cluster as a drawing: nodes with what runs on them, the networks below that join them.

Everything is laid out here; the template only draws. Lengths are in units of the drawing, which are pixels at its
natural size.
"""

from collections.abc import Iterator

from msgspec import Struct

from hardening.model.picture import ClusterPicture, Hold, NetworkPicture, NodePicture, ServicePicture, TaskPicture
from hardening.render.inert import plain

from .confinement import worst

COLUMNS = 4
"""Nodes beside each other."""
NODE_WIDTH, GAP, HEAD, PAD = 232, 24, 62, 10
CHIP_HEIGHT, CHIP_GAP = 42, 8
LANE_HEIGHT, LANE_GAP = 30, 12
_MORE_HEIGHT = 16
_MOST_CHIPS = 12
"""Tasks that are drawn on one node; the others are counted."""
_LETTERS = 25
"""Of a name that fit on a task."""
_MOST_NODES = 48
"""Nodes that are drawn; the others are counted."""


class Chip(Struct, frozen=True):
    """A task on its node. `title` is what a pointer that rests on it is told; `networks` are numbers of lanes."""

    x: int
    y: int
    name: str
    note: str
    title: str
    hold: Hold
    networks: tuple[int, ...]


class Box(Struct, frozen=True):
    """A node. `ports` are what it publishes; `more` counts tasks that are not drawn."""

    x: int
    y: int
    height: int
    node: NodePicture
    chips: tuple[Chip, ...]
    ports: str
    more: int


class Lane(Struct, frozen=True):
    """A network: a bar below the nodes."""

    y: int
    number: int
    name: str
    note: str
    encrypted: bool


class Drop(Struct, frozen=True):
    """A line from a node down to a network that something on it has joined."""

    x: int
    top: int
    bottom: int
    number: int


class Drawing(Struct, frozen=True):
    """All of it. Lines from nodes to networks are drawn where all nodes stand in one row. `words` says the same without a picture; `left_out` counts nodes that are not drawn."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lanes: tuple[Lane, ...]
    drops: tuple[Drop, ...]
    words: str
    left_out: int


def draw(cluster: ClusterPicture) -> Drawing:
    """Lay a cluster out."""
    shown = cluster.nodes[:_MOST_NODES]
    lanes_of = {network.name: number for number, network in enumerate(_joined(cluster), start=1)}
    boxes: list[Box] = []
    top = 0
    for start in range(0, len(shown), COLUMNS):
        line = shown[start : start + COLUMNS]
        tasks = [_on(cluster, node) for node in line]
        rows = min(max(len(each) for each in tasks), _MOST_CHIPS)
        more = _MORE_HEIGHT if any(len(each) > rows for each in tasks) else 0
        height = HEAD + max(rows, 1) * (CHIP_HEIGHT + CHIP_GAP) + PAD - CHIP_GAP + more
        boxes += [
            _box(column, top, height, node, found, cluster, lanes_of)
            for column, (node, found) in enumerate(zip(line, tasks, strict=True))
        ]
        top += height + GAP
    lanes = tuple(_lanes(cluster, top))
    columns = min(len(shown), COLUMNS) or 1
    return Drawing(
        width=columns * (NODE_WIDTH + GAP) - GAP,
        height=top + len(lanes) * (LANE_HEIGHT + LANE_GAP) - (LANE_GAP if lanes else GAP),
        boxes=tuple(boxes),
        lanes=lanes,
        drops=tuple(_drops(boxes, lanes)) if len(shown) <= COLUMNS else (),
        words=_words(cluster),
        left_out=len(cluster.nodes) - len(shown),
    )


Placed = tuple[ServicePicture, TaskPicture]


def _on(cluster: ClusterPicture, node: NodePicture) -> list[Placed]:
    return [(service, task) for service in cluster.services for task in service.tasks if task.node == node.name]


def _box(
    column: int,
    top: int,
    height: int,
    node: NodePicture,
    tasks: list[Placed],
    cluster: ClusterPicture,
    lanes: dict[str, int],
) -> Box:
    x = column * (NODE_WIDTH + GAP)
    chips = tuple(
        _chip(x + PAD, top + HEAD + index * (CHIP_HEIGHT + CHIP_GAP), placed, cluster, lanes)
        for index, placed in enumerate(tasks[:_MOST_CHIPS])
    )
    ports = sorted({port for service, _ in tasks for port in service.ports})
    return Box(x, top, height, node, chips, ", ".join(ports), len(tasks) - len(chips))


def _chip(x: int, y: int, placed: Placed, cluster: ClusterPicture, lanes: dict[str, int]) -> Chip:
    service, task = placed
    hold = worst(layer.hold for layer in task.layers.values())
    state = next(
        (member.state for each in cluster.sets for member in each.members if member.service == service.name), ""
    )
    about = "plain container" if service.plain else service.profile or "no profile"
    open_layers = [f"{name.replace('_', ' ')}: {layer.seen}" for name, layer in task.layers.items() if layer.hold != Hold.HELD]
    return Chip(
        x,
        y,
        _short(plain(service.name)),
        _short(" · ".join(each for each in (about, state.lower()) if each)),
        plain(f"{task.name} on {task.node}. " + ("; ".join(open_layers) or "Every layer holds")),
        hold,
        tuple(sorted(lanes[name] for name in service.networks if name in lanes)),
    )


def _joined(cluster: ClusterPicture) -> list[NetworkPicture]:
    return [network for network in cluster.networks if network.services]


def _lanes(cluster: ClusterPicture, top: int) -> list[Lane]:
    lanes = []
    for number, network in enumerate(_joined(cluster), start=1):
        notes = ["encrypted" if network.encrypted else "not encrypted", "no way out" if network.internal else ""]
        y = top + (number - 1) * (LANE_HEIGHT + LANE_GAP)
        lanes.append(Lane(y, number, plain(network.name), " · ".join(filter(None, notes)), network.encrypted))
    return lanes


def _drops(boxes: list[Box], lanes: tuple[Lane, ...]) -> Iterator[Drop]:
    for box in boxes:
        joined = {number for chip in box.chips for number in chip.networks}
        for lane in lanes:
            if lane.number in joined:
                x = box.x + NODE_WIDTH - PAD - 16 * lane.number
                yield Drop(x, box.y + box.height, lane.y + 1, lane.number)


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def _words(cluster: ClusterPicture) -> str:
    """The drawing for those who do not see it; the tables beside it have the rest."""
    told = []
    for node in cluster.nodes:
        running = ", ".join(service.name for service, _ in _on(cluster, node)) or "nothing that was seen"
        told.append(f"{node.name}{f', {node.role},' if node.role else ''} runs {running}.")
    for network in _joined(cluster):
        state = "encrypted" if network.encrypted else "not encrypted"
        told.append(f"Network {network.name}, {state}, joins {', '.join(network.services)}.")
    return plain(" ".join(told))
