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
_DOT = 16
"""Between the dots of two networks on a task."""
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
    """All of it. Lines from nodes to networks are drawn where all nodes stand in one row.

    Attributes:
        words: the same without a picture.
        left_out: how many nodes are not drawn.
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    lanes: tuple[Lane, ...]
    drops: tuple[Drop, ...]
    words: str
    left_out: int


Placed = tuple[ServicePicture, TaskPicture]


def draw(cluster: ClusterPicture) -> Drawing:
    """Lay a cluster out."""
    return _Layout(cluster).drawing()


class _Layout:
    """One cluster's layout, from top to bottom."""

    def __init__(self, cluster: ClusterPicture) -> None:
        self._cluster = cluster
        self._nodes = cluster.nodes[:_MOST_NODES]
        self._networks = tuple(network for network in cluster.networks if network.services)
        self._numbers = {network.name: number for number, network in enumerate(self._networks, start=1)}
        self._states = {member.service: member.state for each in cluster.sets for member in each.members}
        self._on: dict[str, list[Placed]] = {}
        for service in cluster.services:
            for task in service.tasks:
                self._on.setdefault(task.node, []).append((service, task))

    def drawing(self) -> Drawing:
        boxes, below = self._boxes()
        lanes = tuple(self._lanes(below))
        columns = min(len(self._nodes), COLUMNS) or 1
        return Drawing(
            width=columns * (NODE_WIDTH + GAP) - GAP,
            height=below + len(lanes) * (LANE_HEIGHT + LANE_GAP) - (LANE_GAP if lanes else GAP),
            boxes=tuple(boxes),
            lanes=lanes,
            drops=tuple(_drops(boxes, lanes)) if len(self._nodes) <= COLUMNS else (),
            words=self._words(),
            left_out=len(self._cluster.nodes) - len(self._nodes),
        )

    def _boxes(self) -> tuple[list[Box], int]:
        """Nodes in rows, each row as high as its fullest node; and where the next row would begin."""
        boxes: list[Box] = []
        top = 0
        for start in range(0, len(self._nodes), COLUMNS):
            row = self._nodes[start : start + COLUMNS]
            most = max(len(self._on.get(node.name, ())) for node in row)
            height = HEAD + min(max(most, 1), _MOST_CHIPS) * (CHIP_HEIGHT + CHIP_GAP) + PAD - CHIP_GAP
            height += _MORE_HEIGHT if most > _MOST_CHIPS else 0
            boxes += [self._box(column * (NODE_WIDTH + GAP), top, height, node) for column, node in enumerate(row)]
            top += height + GAP
        return boxes, top

    def _box(self, x: int, top: int, height: int, node: NodePicture) -> Box:
        tasks = self._on.get(node.name, [])
        chips = tuple(
            self._chip(x + PAD, top + HEAD + index * (CHIP_HEIGHT + CHIP_GAP), *placed)
            for index, placed in enumerate(tasks[:_MOST_CHIPS])
        )
        ports = sorted({port for service, _ in tasks for port in service.ports})
        return Box(x, top, height, node, chips, ", ".join(ports), len(tasks) - len(chips))

    def _chip(self, x: int, y: int, service: ServicePicture, task: TaskPicture) -> Chip:
        about = "plain container" if service.plain else service.profile or "no profile"
        state = self._states.get(service.name, "").lower()
        weak = [
            f"{name.replace('_', ' ')}: {layer.seen}"
            for name, layer in task.layers.items()
            if layer.hold is not Hold.HELD
        ]
        return Chip(
            x,
            y,
            _short(plain(service.name)),
            _short(plain(" · ".join(filter(None, (about, state))))),
            plain(f"{task.name} on {task.node}. {'; '.join(weak) or 'Every layer holds'}"),
            worst(layer.hold for layer in task.layers.values()),
            tuple(sorted(self._numbers[name] for name in service.networks if name in self._numbers)),
        )

    def _lanes(self, below: int) -> Iterator[Lane]:
        for index, network in enumerate(self._networks):
            note = f"{_secrecy(network)} · no way out" if network.internal else _secrecy(network)
            y = below + index * (LANE_HEIGHT + LANE_GAP)
            yield Lane(y, index + 1, plain(network.name), note, network.encrypted)

    def _words(self) -> str:
        """The drawing for those who do not see it; the table of confinement has the rest."""
        told = []
        for node in self._nodes:
            names = list(dict.fromkeys(service.name for service, _ in self._on.get(node.name, ())))
            more = f" and {len(names) - _MOST_CHIPS} more" if len(names) > _MOST_CHIPS else ""
            running = ", ".join(names[:_MOST_CHIPS]) or "nothing that was seen"
            told.append(f"{node.name}{f', {node.role},' if node.role else ''} runs {running}{more}.")
        told += [
            f"Network {network.name}, {_secrecy(network)}, joins {', '.join(network.services[:_MOST_CHIPS])}."
            for network in self._networks
        ]
        return plain(" ".join(told))


def _secrecy(network: NetworkPicture) -> str:
    return "encrypted" if network.encrypted else "not encrypted"


def _drops(boxes: list[Box], lanes: tuple[Lane, ...]) -> Iterator[Drop]:
    for box in boxes:
        joined = {number for chip in box.chips for number in chip.networks}
        for lane in lanes:
            if lane.number in joined:
                x = box.x + NODE_WIDTH - PAD - _DOT * lane.number
                yield Drop(x, box.y + box.height, lane.y + 1, lane.number)


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
