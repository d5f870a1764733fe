"""What the page counts: answers as a bar, rules per area, nodes against areas."""

from collections.abc import Iterable

from msgspec import Struct

from hardening.model.findings import Area, Report, Status
from hardening.render.grouped import STATUSES, WAIVED, Group, is_waived, tally

AREAS = {
    Area.NODE: "Nodes",
    Area.ENGINE: "Engines",
    Area.CONTAINER: "Containers",
    Area.SWARM: "Swarm",
    Area.MONGO: "MongoDB",
    Area.NGINX: "NGINX",
    Area.AUDIT: "Audit",
}
CLUSTER = "cluster"
"""The row of the matrix for outcomes that belong to no single node."""
_BAR = (Status.FAIL, Status.UNKNOWN, Status.MANUAL, WAIVED, Status.PASS, Status.NOT_APPLICABLE)


class Segment(Struct, frozen=True):
    """A part of a bar; in percent of its length."""

    status: str
    count: int
    start: float
    width: float


class AreaSummary(Struct, frozen=True):
    """An area's rules: how many are asked here, how many of them are broken, how many stand open."""

    area: Area
    rules: int
    broken: int
    open: int
    bar: tuple[Segment, ...]


class Cell(Struct, frozen=True):
    """One node and area of the matrix."""

    area: Area
    counts: dict[Status, int]

    @property
    def worst(self) -> Status | None:
        """What the cell is coloured by; None where nothing was asked."""
        return next((status for status in STATUSES if self.counts.get(status)), None)


class Row(Struct, frozen=True):
    """One node of the matrix."""

    node: str
    unread: str
    cells: tuple[Cell, ...]


def bar(report: Report) -> tuple[Segment, ...]:
    """All answers."""
    return _segments(tally(report))


def by_area(groups: tuple[Group, ...]) -> tuple[AreaSummary, ...]:
    """Each area that has rules which apply here, the most broken first."""
    made = []
    for area in Area:
        found = [group for group in groups if group.check.area is area and group.status is not Status.NOT_APPLICABLE]
        counts: dict[str, int] = {}
        for group in found:
            key = WAIVED if group.accepted else group.status.value
            counts[key] = counts.get(key, 0) + 1
        if found:
            standing = counts.get(Status.UNKNOWN, 0) + counts.get(Status.MANUAL, 0)
            made.append(AreaSummary(area, len(found), counts.get(Status.FAIL, 0), standing, _segments(counts)))
    return tuple(sorted(made, key=lambda each: (-each.broken, -each.open)))


def matrix(report: Report) -> tuple[Row, ...]:
    """Nodes, and the cluster as a whole, against areas."""
    area = {check.id: check.area for check in report.checks}
    counts: dict[str, dict[Area, dict[Status, int]]] = {
        node: {each: {} for each in Area} for node in (*report.nodes, CLUSTER)
    }
    for finding in report.findings:
        status = Status.PASS if is_waived(finding) else finding.outcome.status
        row = counts.get(finding.outcome.node or CLUSTER, counts[CLUSTER])
        cell = row[area[finding.check]]
        cell[status] = cell.get(status, 0) + 1
    return tuple(
        Row(node, report.unread_nodes.get(node, ""), tuple(Cell(each, cells[each]) for each in Area))
        for node, cells in counts.items()
    )


def _segments(counts: dict[str, int]) -> tuple[Segment, ...]:
    total = sum(counts.values()) or 1
    segments, start = [], 0.0
    for status in _known(counts):
        width = 100 * counts[status] / total
        segments.append(Segment(status, counts[status], start, width))
        start += width
    return tuple(segments)


def _known(counts: dict[str, int]) -> Iterable[str]:
    return (str(status) for status in _BAR if counts.get(status))
