"""A task that runs and that no network knows is started anew."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from hardening.apply import Cluster, announce, discovery
from hardening.errors import FailedError
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.project import EngineSettings, Project, SwarmSettings
from hardening.model.result import Result
from hardening.model.stack import Stack
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
