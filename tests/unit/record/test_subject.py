"""Who is meant by a name: a service, a container, or a service by its stack's name for it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardening.errors import FailedError, HardenError
from hardening.model.inventory import LocalTransport, Node, NodeRole
from hardening.model.result import Result
from hardening.record.subject import find


class Machine:
    """A node whose engine's client knows some services, or none where it is no manager, and some containers."""

    def __init__(self, name: str, services: tuple[str, ...] | None, *containers: str, is_up: bool = True) -> None:
        self.node = Node(name, "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
        self.is_root = True
        self._services = services
        self._containers = containers
        self.is_up = is_up
        self.filters: list[str] = []

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        assert not stdin
        assert timeout
        match argv[1:3]:
            case _ if not self.is_up:
                return Result(argv, 1, b"", b"Cannot connect to the Docker daemon")
            case ("ps", _):
                self.filters.append(argv[-1])
                return Result(argv, 0, b"", b"")
            case ("service", "ls"):
                told = self._services
                return Result(argv, int(told is None), "\n".join(told or ()).encode(), b"this node is not a manager")
            case ("service", "inspect"):
                assert argv[-1] in (self._services or ())
                return Result(argv, 0, b'{"a": "1"}\nnull\n', b"")
        there = argv[-1] in self._containers
        return Result(argv, int(not there), f"/{argv[-1]} null".encode(), b"no such container")

    def ask(self, program: str, request: object, *, timeout: float = 120) -> bytes:
        raise NotImplementedError

    @contextmanager
    def serve(self, program: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        raise NotImplementedError

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("name", "found", "is_service"),
    [
        ("shop_web", "shop_web", True),
        ("web", "shop_web", True),
        ("db", "db", False),
        ("x_web", "x_web", False),
    ],
    ids=["as the swarm calls it", "as its stack does", "a container before a stack's service", "a container"],
)
def test_a_name_is_a_service_a_container_or_a_stacks_service(name: str, found: str, is_service: bool) -> None:
    hosts = {
        "n1": Machine("n1", None),
        "n2": Machine("n2", ("shop_web", "shop_db")),
        "n3": Machine("n3", None, "db", "x_web"),
    }
    subject = find(hosts, ("n1", "n2"), name)
    assert (subject.name, subject.is_service) == (found, is_service)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("web", "web may be any of other_web, shop_web"),
        ("gone", "gone: is no service and no container on n1, n2"),
        ("twin", "there is a container of that name on n1, n2"),
    ],
)
def test_a_name_of_nothing_or_of_several_is_refused(name: str, complaint: str) -> None:
    hosts = {"n1": Machine("n1", ("shop_web", "other_web"), "twin"), "n2": Machine("n2", None, "twin")}
    with pytest.raises(HardenError, match=complaint):
        find(hosts, ("n1",), name)


def test_an_engine_that_does_not_answer_is_not_taken_for_one_that_knows_nothing_of_it() -> None:
    hosts = {"n1": Machine("n1", ("shop_web",)), "n2": Machine("n2", None, is_up=False)}
    assert find(hosts, ("n1",), "shop_web").is_service
    with pytest.raises(FailedError, match="n2: docker ps: Cannot connect to the Docker daemon"):
        find(hosts, ("n1",), "gone")


def test_a_point_in_a_containers_name_stands_for_itself() -> None:
    machine = Machine("n1", None, "web.1")
    assert find({"n1": machine}, (), "web.1").tasks() == ()
    assert machine.filters == [r"name=^/?web\.1$"]
