"""The order in which a plan's steps are applied."""

import threading
from collections.abc import Callable

import pytest

from hardening.apply import Cluster, engines, run, swarm
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
