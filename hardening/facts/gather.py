"""Every node at once, one round trip each; then the databases, through doors of their own."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec

from hardening.errors import HardenError
from hardening.hosts import Host
from hardening.model.facts import ContainerFacts, EngineFacts, Facts, MongoMember, NodeFacts
from hardening.model.inventory import Inventory, Node
from hardening.model.known import Known, Unavailable

from . import mongo_found, nginx
from .shape import shapes

Report = Callable[[str], None]
ENGINE_SOCKET = "/run/docker.sock"
NODE_SECONDS = 300
"""How long a node may take; it is long for emulated nodes on a busy machine."""
_AT_ONCE = 8
"""Members read at the same time: SSH allows ten sessions per connection."""


def gather(
    inventory: Inventory,
    hosts: Mapping[str, Host],
    report: Report | None = None,
    *,
    engine_socket: str = ENGINE_SOCKET,
) -> Facts:
    """Read everything. A node that cannot be read is a fact too: nothing is raised for it.

    Args:
        inventory: the machines, by whose names facts are told.
        hosts: the doors to them, by name.
        report: told one line per thing that was read.
        engine_socket: the engine's API on each node.
    """
    say = report or (lambda _: None)
    started = time.time()
    with ThreadPoolExecutor(len(inventory.nodes) or 1, thread_name_prefix="facts") as pool:
        read = pool.map(lambda node: _read(node, hosts[node.name], engine_socket, say), inventory.nodes)
        nodes = dict(zip((node.name for node in inventory.nodes), read, strict=True))
    found = [(name, container) for name, node in nodes.items() for container in _containers(node)]
    return Facts(
        gathered_at=started,
        nodes={name: _without_answers(node) for name, node in nodes.items()},
        mongo=_members([(name, each) for name, each in found if mongo_found.runs_in(each)], hosts, say),
        nginx=tuple(server for name, each in found if (server := nginx.server(name, each))),
    )


def decode(answer: bytes) -> Known[NodeFacts] | Unavailable:
    """A collector's answer; one that is no NodeFacts is unavailable, with the path of what is wrong in it."""
    try:
        return Known(msgspec.json.decode(answer, type=NodeFacts))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unavailable(f"the node's answer makes no sense: {error}")


def _read(node: Node, host: Host, engine_socket: str, say: Report) -> Known[NodeFacts] | Unavailable:
    started = time.monotonic()
    request = {
        "node": node.name,
        "engine_socket": engine_socket,
        "files": [],
        "shapes": shapes(),
        "questions": nginx.QUESTIONS,
    }
    try:
        answer = host.ask("collector", request, timeout=NODE_SECONDS)
    except HardenError as error:
        say(error.message)
        return Unavailable(error.message.removeprefix(f"{node.name}: "))
    facts = decode(answer)
    if isinstance(facts, Unavailable):
        say(f"{node.name}: {facts.reason}")
    else:
        say(f"{node.name}: read, {len(answer) / 1000:.0f} kB in {time.monotonic() - started:.1f} s")
    return facts


def _containers(node: Known[NodeFacts] | Unavailable) -> tuple[ContainerFacts, ...]:
    match node:
        case Known(value=NodeFacts(engine=Known(value=EngineFacts(containers=Known(value=containers))))):
            return containers
        case _:
            return ()


def _members(
    found: list[tuple[str, ContainerFacts]], hosts: Mapping[str, Host], say: Report
) -> tuple[MongoMember, ...]:
    if not found:
        return ()
    from . import mongo  # noqa: PLC0415 - the driver is slow to load, and most clusters have no database

    def read(place: tuple[str, ContainerFacts]) -> MongoMember:
        node, container = place
        member = mongo.member(hosts[node], node, container)
        say(f"{node}: read the database of {member.service}")
        return member

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="members") as pool:
        return tuple(pool.map(read, found))


def _without_answers(node: Known[NodeFacts] | Unavailable) -> Known[NodeFacts] | Unavailable:
    """The node without the raw output that other facts were made from: it may hold what those leave out."""
    containers = _containers(node)
    if not isinstance(node, Known) or not isinstance(node.value.engine, Known) or not containers:
        return node
    bare = Known(tuple(msgspec.structs.replace(container, answers={}) for container in containers))
    engine = Known(msgspec.structs.replace(node.value.engine.value, containers=bare))
    return Known(msgspec.structs.replace(node.value, engine=engine))
