"""Nodes that answer, that do not, and that answer rubbish."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from hardening.errors import HostError
from hardening.facts import gather
from hardening.facts.gather import decode
from hardening.model.engine import ContainerConfig, ContainerState, EngineInfo, HostConfig, Inspect
from hardening.model.facts import ContainerFacts, EngineFacts, MongoMember, NodeFacts, ProcessFacts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Known, Unavailable
from hardening.model.result import Result

GAP = Unavailable("not read")
UNREAD = {
    "lsm",
    "apparmor_profiles",
    "sysctls",
    "audit_rules",
    "listeners",
    "daemon_config",
    "daemon_argv",
    "daemon_started",
    "policy",
    "swarm",
}


class Machine:
    """A host that answers the collector with given bytes, and has no relay."""

    def __init__(self, node: Node, answer: bytes | None) -> None:
        self.node = node
        self.is_root = True
        self._answer = answer
        self.asked: list[str] = []

    def run(self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout: float = 120) -> Result:
        raise AssertionError((argv, stdin, timeout))

    def ask(self, program: str, request: object, *, timeout: float = 120) -> bytes:
        assert request
        assert timeout
        self.asked.append(program)
        if self._answer is None:
            raise HostError(self.node.name, "no SSH connection")
        return self._answer

    @contextmanager
    def serve(self, program: str, request: object, *, timeout: float = 60) -> Generator[bytes]:
        assert request
        assert timeout
        self.asked.append(program)
        yield b'{"error": "no process belongs to the container"}'

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        yield Path(remote_socket)


def process(command: str) -> ProcessFacts:
    return ProcessFacts(1, command, "", GAP, 2, True, 0, 0, 0, 0, 0, 999, ((0, 100000, 65536),))


def container(service: str, command: str, **texts: str) -> ContainerFacts:
    labels = {"com.docker.swarm.service.name": service}
    inspect = Inspect("f" * 64, "/c", "", "", ContainerState(), ContainerConfig(labels=labels), HostConfig())
    known: dict[str, Known[str] | Unavailable] = {name: Known(text) for name, text in texts.items()}
    return ContainerFacts(inspect, Known((process(command),)), Known(True), known)


def facts_of(*containers: ContainerFacts) -> NodeFacts:
    engine = EngineFacts(EngineInfo("26.1", "overlay2", "/var/lib/docker"), "1.45", {}, Known(containers), GAP, GAP)
    return NodeFacts(
        hostname="h",
        kernel="6",
        os_name="Debian",
        architecture="x86_64",
        cpus=1,
        memory=1,
        time=0.0,
        python="3.13",
        files={},
        disks=(),
        groups={},
        programs={},
        engine=Known(engine),
        **dict.fromkeys(UNREAD, GAP),
    )


def cluster(**answers: bytes | None) -> tuple[Inventory, dict[str, Machine]]:
    nodes = tuple(Node(name, "10.0.0.1", NodeRole.MANAGER, {}, LocalTransport()) for name in answers)
    return Inventory(nodes, "test"), {node.name: Machine(node, answers[node.name]) for node in nodes}


def test_every_node_is_asked_once_and_named_as_in_the_inventory() -> None:
    inventory, machines = cluster(a=msgspec.json.encode(facts_of()), b=msgspec.json.encode(facts_of()))
    facts = gather(inventory, machines)
    assert list(facts.nodes) == ["a", "b"]
    assert facts.nodes["a"] == Known(facts_of())
    assert [machine.asked for machine in machines.values()] == [["collector"], ["collector"]]


def test_a_node_that_cannot_be_reached_is_a_fact_and_hides_no_other() -> None:
    lines: list[str] = []
    inventory, machines = cluster(a=None, b=msgspec.json.encode(facts_of()))
    facts = gather(inventory, machines, lines.append)
    assert facts.nodes["a"] == Unavailable("no SSH connection")
    assert isinstance(facts.nodes["b"], Known)
    assert "a: no SSH connection" in lines


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (b"", "truncated"),
        (b"hello", "malformed"),
        (b"null", "Expected `object`"),
        (b'{"hostname": "h"}', "missing required field"),
        (msgspec.json.encode(facts_of()).replace(b'"cpus":1', b'"cpus":"1"'), "$.cpus"),
        (msgspec.json.encode(facts_of())[:-5], "truncated"),
        (msgspec.json.encode(facts_of()).replace(b'"Debian"', b'"\xff\xfe"'), "UTF-8"),
        (b'{"unheard of": ' + b"[" * 200_000, "nested too deep"),
    ],
)
def test_an_answer_that_makes_no_sense_is_unavailable(answer: bytes, where: str) -> None:
    found = decode(answer)
    assert isinstance(found, Unavailable)
    assert where.casefold() in found.reason.casefold()


def test_a_database_behind_no_door_is_a_member_of_which_nothing_is_known() -> None:
    inventory, machines = cluster(a=msgspec.json.encode(facts_of(container("db", "mongod"), container("web", "node"))))
    (member,) = gather(inventory, machines).mongo
    assert (member.service, member.node) == ("db", "a")
    told = [
        getattr(member, field)
        for field in MongoMember.__struct_fields__
        if field not in {"service", "node", "container", "inside"}
    ]
    assert told == [Unavailable("a: no process belongs to the container")] * len(told)
    assert machines["a"].asked == ["collector", "relay"]


def test_raw_texts_do_not_stay_in_the_facts() -> None:
    raw = '{"files": {"/n.conf": "proxy_set_header Authorization abc;"}}'
    inventory, machines = cluster(a=msgspec.json.encode(facts_of(container("web", "nginx", configuration=raw))))
    facts = gather(inventory, machines)
    assert [server.service for server in facts.nginx] == ["web"]
    assert b"abc" not in msgspec.json.encode(facts)
