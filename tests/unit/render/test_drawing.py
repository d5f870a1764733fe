"""How the page lays a cluster out."""

from collections.abc import Iterator

from hardening import picture
from hardening.model.picture import (
    ClusterPicture,
    Hold,
    Layer,
    LayerName,
    NetworkPicture,
    NodePicture,
    ServicePicture,
    TaskPicture,
)
from hardening.render.html import confinement, topology
from tests.unit import sample_cluster

SAMPLE = picture.draw(sample_cluster.facts())


def task(node: str, hold: Hold = Hold.HELD) -> TaskPicture:
    return TaskPicture("web", node, 1, dict.fromkeys(LayerName, Layer(hold, "seen")))


def big(nodes: int, tasks: int) -> ClusterPicture:
    names = [f"node{number}" for number in range(nodes)]
    services = tuple(
        ServicePicture(f"service{number}", "web", tuple(map(task, names)), ("net",)) for number in range(tasks)
    )
    network = NetworkPicture("net", encrypted=True, internal=True, mesh=False, services=("service0",))
    return ClusterPicture(tuple(map(NodePicture, names)), services, (), (network,))


def rectangles(drawing: topology.Drawing) -> Iterator[tuple[int, int, int, int]]:
    for box in drawing.boxes:
        yield box.x, box.y, box.x + topology.NODE_WIDTH, box.y + box.height
    for lane in drawing.lanes:
        yield 0, lane.y, drawing.width, lane.y + topology.LANE_HEIGHT


def test_nothing_covers_anything_or_sticks_out() -> None:
    for cluster in (SAMPLE, big(1, 0), big(9, 3), big(30, 20)):
        drawing = topology.draw(cluster)
        found = list(rectangles(drawing))
        for left, top, right, bottom in found:
            assert 0 <= left < right <= drawing.width
            assert 0 <= top < bottom <= drawing.height
        for index, (left, top, right, bottom) in enumerate(found):
            for x1, y1, x2, y2 in found[index + 1 :]:
                assert right <= x1 or x2 <= left or bottom <= y1 or y2 <= top


def test_tasks_stand_inside_of_their_nodes() -> None:
    for box in topology.draw(SAMPLE).boxes:
        for chip in box.chips:
            assert box.y + topology.HEAD <= chip.y
            assert chip.y + topology.CHIP_HEIGHT < box.y + box.height


def test_what_is_too_much_to_draw_is_counted() -> None:
    drawing = topology.draw(big(100, 20))
    assert drawing.left_out + len(drawing.boxes) == 100
    assert all(box.more + len(box.chips) == 20 for box in drawing.boxes)


def test_an_empty_cluster_can_be_drawn() -> None:
    assert topology.draw(ClusterPicture((), (), (), ())).boxes == ()
    assert confinement.rows(ClusterPicture((), (), (), ())) == ()


def test_the_least_confined_service_comes_first_and_its_weakest_tasks_before_the_others() -> None:
    rows = confinement.rows(SAMPLE)
    assert [row.service.name for row in rows[:2]] == ["logview", "nodepop_api"]
    assert [row.where for row in rows if row.service.name == "nodepop_api"] == ["node3", "node1, node2"]


def test_tasks_that_are_held_alike_share_a_row() -> None:
    rows = confinement.rows(big(100, 1))
    assert len(rows) == 1
    assert rows[0].where.endswith("node5 and 94 more")


def test_the_drawing_is_told_in_words() -> None:
    words = topology.draw(SAMPLE).words
    assert "node2, manager, runs nodepop_api, nodepop_mongo2, nodepop_nginx, logview." in words
    assert "Network nodepop_edge, not encrypted, joins nodepop_api, nodepop_nginx." in words
