"""The order in which a plan's steps are applied."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from hardening.apply import Cluster, engines, run, swarm
from hardening.errors import FailedError
from hardening.hosts import Host
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.plan import InitSwarm, Phase, Plan, RestartEngine, Step, SwarmOptions
from hardening.model.project import EngineSettings, Project, SwarmSettings

NODES = tuple(Node(name, "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport()) for name in ("node1", "node2", "node3"))
RESTARTS = tuple(Step(node.name, Phase.ENGINE, "Restart the engine", "", "", RestartEngine()) for node in NODES)
FOUND = Step(
    "node1",
    Phase.SWARM,
    "Found the swarm",
    "",
    "",
    InitSwarm("127.0.0.1", SwarmOptions(autolock=True, cert_expiry=1, heartbeat=1)),
)


def carry_out(monkeypatch: pytest.MonkeyPatch, steps: tuple[Step, ...], restart: Callable[[], object]) -> None:
    monkeypatch.setattr(engines, "restart", lambda _cluster, _node: restart())
    monkeypatch.setattr(swarm, "found", lambda *_: None)
    project = Project("test", ".", Inventory(NODES, "test"), EngineSettings(), SwarmSettings(), (), {})
    run(Plan(steps), Cluster(project, {}, lambda _node, _line: None))


def test_engines_restart_side_by_side_where_there_is_no_swarm_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(len(NODES))
    carry_out(monkeypatch, (*RESTARTS, FOUND), lambda: together.wait(20))
    assert not together.broken


def test_engines_of_a_swarm_restart_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    carry_out(monkeypatch, RESTARTS, lambda: threads.append(threading.get_ident()))
    assert threads == [threading.get_ident()] * len(NODES)  # nobody else's, so one after another


class Registry:
    """Answers the first times with an error."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.asked: list[str] = []

    def pull(self, reference: str) -> None:
        self.asked.append(reference)
        if len(self.asked) <= self.refusals:
            raise FailedError("node1: the engine refused: context deadline exceeded")


@pytest.mark.parametrize(("refusals", "comes"), [(0, True), (2, True), (3, False)])
def test_an_image_is_asked_for_three_times(monkeypatch: pytest.MonkeyPatch, refusals: int, comes: bool) -> None:
    registry = Registry(refusals)

    @contextmanager
    def engine(_host: Host, **_: object) -> Generator[Registry]:
        yield registry

    monkeypatch.setattr(engines, "engine", engine)
    monkeypatch.setattr(engines, "_PAUSE_SECONDS", 0)
    said: list[str] = []
    project = Project("test", ".", Inventory(NODES, "test"), EngineSettings(), SwarmSettings(), (), {})
    hosts: Any = {node.name: None for node in NODES}
    cluster = Cluster(project, hosts, lambda _node, line: said.append(line))
    if comes:
        engines.pull(cluster, "node1", ("image",))
    else:
        with pytest.raises(FailedError, match="deadline"):
            engines.pull(cluster, "node1", ("image",))
    assert registry.asked == ["image"] * min(refusals + 1, 3)
    assert said == ["pulling image again: node1: the engine refused: context deadline exceeded"] * min(refusals, 2)
