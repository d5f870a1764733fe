"""A task that runs and that no network knows is started anew."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from hardening.apply import Cluster, announce, discovery
from hardening.errors import FailedError
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.result import Result
from hardening.model.stack import ReplicaSet, Stack, StackService
from tests.unit.facts_factory import overlay, service, task

NODES = tuple(Node(name, "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport()) for name in ("node1", "node2"))
WEB = service()
STACK = Stack("shop", "stack.yml", "{}", {}, {}, {})


class Machine:
    """Host and engine of a node: what its networks know, and what it is told to run."""

    def __init__(self, name: str, swarm: "Swarm") -> None:
        self.node = next(node for node in NODES if node.name == name)
        self.swarm = swarm

    def run(self, argv: tuple[str, ...], **_: object) -> Result:
        self.swarm.restarts.append(argv[-1])
        return Result(argv, 0, b"", b"")

    def services(self, *_: str) -> tuple[object, ...]:
        return (WEB,)

    def tasks(self, *_: str) -> tuple[object, ...]:
        return (task(WEB),)

    def overlays(self, *_: str) -> tuple[object, ...]:
        return (overlay(),)

    def announced(self, network: str) -> set[str]:
        assert network == overlay().id
        known = len(self.swarm.restarts) >= self.swarm.known_after
        return {task(WEB).id} if known and self.node.name == "node2" else set()


class Swarm:
    def __init__(self, known_after: int) -> None:
        self.known_after = known_after
        self.restarts: list[str] = []


@pytest.mark.parametrize(("known_after", "restarts"), [(0, 0), (1, 1), (2, 2), (3, None)])
def test_services_start_anew_until_their_networks_know_them(
    monkeypatch: pytest.MonkeyPatch, known_after: int, restarts: int | None
) -> None:
    @contextmanager
    def engine(host: Machine, **_: object) -> Generator[Machine]:
        yield host

    monkeypatch.setattr(discovery, "engine", engine)
    monkeypatch.setattr(discovery, "ANNOUNCED_SECONDS", 0)
    swarm = Swarm(known_after)
    hosts: Any = {node.name: Machine(node.name, swarm) for node in NODES}
    project = Project("test", ".", Inventory(NODES, "test"), EngineSettings(), SwarmSettings(), (), {})
    said: list[str] = []
    cluster = Cluster(project, hosts, lambda _node, line: said.append(line))
    if restarts is None:
        with pytest.raises(FailedError, match="no network knows tasks of shop_web"):
            announce(cluster, STACK, restart=True)
        return
    if restarts:
        with pytest.raises(FailedError, match="no network knows tasks of shop_web"):
            announce(cluster, STACK, restart=False)
        assert swarm.restarts == []
    assert announce(cluster, STACK, restart=True) is bool(restarts)
    assert swarm.restarts == ["shop_web"] * restarts
    assert said == ["shop_web is not known on its networks, its tasks start anew"] * restarts


def test_members_of_a_replica_set_start_anew_in_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[str, list[str]]] = []
    restarts: list[str] = []

    def in_turn(_cluster: object, _stack: object, name: str, keys: list[str], restart: Callable[[str], None]) -> None:
        turns.append((name, keys))
        for key in keys[:1]:  # as where the set is gone after the first
            restart(key)

    monkeypatch.setattr("hardening.apply.waves.in_turn", in_turn)
    monkeypatch.setattr(discovery, "_restart", lambda _cluster, service: restarts.append(service))
    services = {key: StackService(f"shop_{key}", "", "", {}) for key in ("web", "db1", "db2", "db3")}
    stack = Stack("shop", "f", "{}", services, {}, {"rs0": ReplicaSet(("db1", "db2", "db3"), "key", {})})
    hosts: Any = {}
    project = Project("test", ".", Inventory(NODES, "test"), EngineSettings(), SwarmSettings(), (), {})
    discovery._start_anew(  # noqa: SLF001 - what it does of its own
        Cluster(project, hosts, lambda _node, _line: None), stack, ("shop_web", "shop_db1", "shop_db3")
    )
    assert turns == [("rs0", ["db1", "db3"])]
    assert restarts == ["shop_db1", "shop_web", "shop_db3"]
