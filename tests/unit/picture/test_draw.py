"""What reports draw is what was read, and no more: what could not be seen is drawn as that."""

import msgspec
import pytest

from hardening import picture
from hardening.model.facts import ContainerFacts, Facts
from hardening.model.known import Known
from hardening.model.picture import Hold, LayerName
from tests.unit import facts_factory as given
from tests.unit import sample_cluster

EVERY_CAPABILITY = (1 << 41) - 1
LAYERS: dict[str, tuple[ContainerFacts, LayerName, Hold, str]] = {
    "own profile": (given.container(), LayerName.APPARMOR, Hold.HELD, "harden-web"),
    "shared profile": (
        given.container(None, given.process(apparmor=Known("docker-default (enforce)"))),
        LayerName.APPARMOR,
        Hold.PARTLY,
        "docker-default",
    ),
    "complain mode": (
        given.container(None, given.process(apparmor=Known("harden-web (complain)"))),
        LayerName.APPARMOR,
        Hold.OPEN,
        "harden-web (complain)",
    ),
    "label not read": (
        given.container(None, given.process(apparmor=given.missing("permission denied"))),
        LayerName.APPARMOR,
        Hold.UNKNOWN,
        "permission denied",
    ),
    "no filter": (given.container(None, given.process(seccomp=0)), LayerName.SECCOMP, Hold.OPEN, "mode 0"),
    "one process of two without": (
        given.container(None, given.process(), given.process(no_new_privileges=False)),
        LayerName.NO_NEW_PRIVILEGES,
        Hold.OPEN,
        "not set",
    ),
    "one capability": (
        given.container(None, given.process(cap_bounding=1 << 10)),
        LayerName.CAPABILITIES,
        Hold.PARTLY,
        "NET_BIND_SERVICE",
    ),
    "all capabilities": (
        given.container(None, given.process(cap_bounding=EVERY_CAPABILITY)),
        LayerName.CAPABILITIES,
        Hold.OPEN,
        "all",
    ),
    "the node's root": (
        given.container(None, given.process(uid_map=((0, 0, 4294967295),))),
        LayerName.USER_NAMESPACE,
        Hold.OPEN,
        "root is root outside",
    ),
    "no map": (given.container(None, given.process(uid_map=())), LayerName.USER_NAMESPACE, Hold.UNKNOWN, "no map"),
    "writable": (
        given.container(root_read_only=Known(value=False)),
        LayerName.ROOT_READ_ONLY,
        Hold.OPEN,
        "writable",
    ),
    "processes not read": (
        given.container(processes=given.missing("its processes ended")),
        LayerName.SECCOMP,
        Hold.UNKNOWN,
        "its processes ended",
    ),
    "no process": (given.container(processes=Known(())), LayerName.SECCOMP, Hold.UNKNOWN, "no process was seen"),
}


@pytest.mark.parametrize(("container", "name", "hold", "seen"), LAYERS.values(), ids=LAYERS)
def test_a_layer_is_what_the_kernel_said(container: ContainerFacts, name: LayerName, hold: Hold, seen: str) -> None:
    drawn = picture.draw(given.cluster(given.node(container)))
    layer = drawn.services[0].tasks[0].layers[name]
    assert layer.hold is hold
    assert seen in layer.seen


def test_apparmor_that_is_not_active_holds_nothing() -> None:
    drawn = picture.draw(given.on_node(lsm=Known(("lockdown",))))
    assert drawn.services[0].tasks[0].layers[LayerName.APPARMOR].hold is Hold.OPEN


def test_nodes_are_told_with_their_part_in_the_swarm() -> None:
    node1, _, node3 = picture.draw(sample_cluster.facts()).nodes
    assert (node1.name, node1.role, node1.leader, node1.state, node1.engine) == (
        "node1",
        "manager",
        True,
        "ready",
        "28.5.2",
    )
    assert not node3.leader


def test_services_have_their_tasks_profile_networks_and_ports() -> None:
    services = {service.name: service for service in picture.draw(sample_cluster.facts()).services}
    nginx = services["nodepop_nginx"]
    assert (nginx.profile, nginx.networks, nginx.ports) == ("nginx", ("nodepop_edge",), ("80/tcp", "443/tcp"))
    assert [task.node for task in nginx.tasks] == ["node1", "node2", "node3"]
    assert services["logview"].plain
    assert not nginx.plain
    assert services["nodepop_arbiter"].tasks == ()


def test_sets_and_networks_are_told() -> None:
    drawn = picture.draw(sample_cluster.facts())
    (rs0,) = drawn.sets
    assert [(member.node, member.state, member.votes) for member in rs0.members] == [
        ("node1", "PRIMARY", 1),
        ("node2", "SECONDARY", 1),
        ("node3", "SECONDARY", 1),
    ]
    edge = next(network for network in drawn.networks if network.name == "nodepop_edge")
    assert (edge.encrypted, edge.internal, edge.services) == (False, False, ("nodepop_api", "nodepop_nginx"))


def lost_node() -> Facts:
    facts = sample_cluster.facts()
    return msgspec.structs.replace(facts, nodes=facts.nodes | {"node3": given.missing("no route to host")})


def test_tasks_of_an_unread_node_are_drawn_as_unseen() -> None:
    drawn = picture.draw(lost_node())
    node3 = next(node for node in drawn.nodes if node.name == "node3")
    assert (node3.unread, node3.role) == ("no route to host", "manager")
    lost = [task for service in drawn.services for task in service.tasks if task.node == "node3"]
    assert len(lost) == 3
    for task in lost:
        assert {layer.hold for layer in task.layers.values()} == {Hold.UNKNOWN}
        assert task.layers[LayerName.SECCOMP].seen == "its node could not be read"


def test_a_node_that_only_the_swarm_knows_is_drawn() -> None:
    facts = sample_cluster.facts()
    nodes = {name: node for name, node in facts.nodes.items() if name != "node3"}
    drawn = picture.draw(msgspec.structs.replace(facts, nodes=nodes))
    assert [(node.name, node.unread) for node in drawn.nodes][-1] == ("node3", "is not in the inventory")


def test_without_a_managers_word_the_gap_is_told_and_containers_are_drawn() -> None:
    facts = given.on_node(swarm=given.missing("the manager is locked"))
    drawn = picture.draw(facts)
    assert "the manager is locked" in drawn.gap
    assert [service.name for service in drawn.services] == ["shop_web"]
    assert drawn.networks == ()


def test_an_engine_without_a_swarm_is_no_gap() -> None:
    assert picture.draw(given.NO_SWARM).gap == ""
