"""`harden audit --fix`: the report, then the plan of what a deploy mends, then nothing without consent.

The node is a stand-in at the door: it answers the collector with facts, and holds the deploy lock.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from hardening.cli.audit import app
from hardening.errors import HardenError
from hardening.model.facts import NodeFacts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.result import Result
from tests.unit import facts_factory as given


class Machine:
    """A Host with one set of facts; `done` is what it was asked to do."""

    def __init__(self, facts: NodeFacts) -> None:
        self.node = Node("node1", "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
        self.is_root = True
        self.done: list[str] = []
        self._facts = facts

    def ask(self, program: str, request: object, *, timeout: float = 120) -> bytes:
        assert request
        assert timeout
        self.done.append(program)
        if program != "collector":
            raise AssertionError(f"{program} was asked without consent")
        return msgspec.json.encode(self._facts)

    @contextmanager
    def serve(self, program: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        assert request
        assert timeout
        self.done.append(program)
        yield b'{"held_by": ""}'

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        raise AssertionError(f"{argv} was run without consent: {len(stdin)}, {timeout}")

    def forward(self, remote_socket: str) -> Generator[Path]:
        raise AssertionError(f"{remote_socket} was opened without consent")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    stand_in = Machine(
        given.node(
            given.container(),
            daemon_config=given.settings(log_opts=None),
            programs={
                name: f"/usr/bin/{name}" for name in ("apparmor_parser", "docker", "runc", "systemctl", "python3")
            },
        )
    )

    @contextmanager
    def connect(_: Inventory) -> Iterator[dict[str, Machine]]:
        yield {"node1": stand_in}

    monkeypatch.setattr("hardening.hosts.connect", connect)
    return stand_in


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "harden.yml").write_text("name: shop\nstacks: {}\n")
    (tmp_path / "inventory.yml").write_text("nodes: [{name: node1, address: 10.0.0.1, role: manager, local: true}]\n")
    return tmp_path


def test_the_plan_is_shown_after_the_report_and_refused_without_a_change(machine: Machine, project: Path) -> None:
    result = CliRunner().invoke(app, ["-C", str(project), "--fix", "--check", "engine-log-limits"], input="n\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    report, _, plan = result.stdout.partition("Apply these steps?")[0].partition("checks")
    assert "engine-log-limits" in report
    assert "daemon.json" in plan
    assert result.stdout.rstrip().endswith("Nothing was changed.")
    assert result.exit_code == 1
    assert machine.done == ["collector", "lock", "collector"]


def test_an_audit_alone_neither_plans_nor_locks(machine: Machine, project: Path) -> None:
    result = CliRunner().invoke(app, ["-C", str(project), "--check", "engine-log-limits"])
    assert "Apply" not in result.stdout
    assert machine.done == ["collector"]


def test_a_project_that_cannot_be_deployed_is_told_before_anything_is_read(machine: Machine, project: Path) -> None:
    (project / "harden.yml").write_text("name: shop\nstacks: {shop: {file: gone.yml}}\n")
    result = CliRunner().invoke(app, ["-C", str(project), "--fix"])
    assert isinstance(result.exception, HardenError)
    assert machine.done == []
