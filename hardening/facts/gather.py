"""Every node at once, one round trip each; the databases that one tells of at once, through doors of their own."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec

from hardening.errors import HardenError, one_line
from hardening.hosts import Host
from hardening.model.facts import ContainerFacts, EngineFacts, Facts, Inside, MongoMember, NodeFacts
from hardening.model.inventory import Inventory, Node
from hardening.model.known import Known, Unavailable

from . import mongo_found, nginx
from .shape import shapes

Report = Callable[[str], None]
NodeReading = Known[NodeFacts] | Unavailable
ENGINE_SOCKET = "/run/docker.sock"
NODE_SECONDS = 300
"""How long a node may take; it is long for emulated nodes on a busy machine."""
_MOVED = Unavailable("is told with the program it was asked for")
_AT_ONCE = 8
"""Members read at the same time: SSH allows ten sessions per connection."""
_NODE_FACTS = msgspec.json.Decoder(NodeFacts)
"""Made here, before there are threads: msgspec looks at a type when it first meets it, and two that do so at the same
moment have been seen to crash the interpreter."""


def gather(
    inventory: Inventory,
    hosts: Mapping[str, Host],
    report: Report | None = None,
    *,
    engine_socket: str = ENGINE_SOCKET,
    whole_settings: bool = False,
) -> Facts:
    """Read everything. A node that cannot be read is a fact too: nothing is raised for it.

    Args:
        inventory: the machines, by whose names facts are told.
        hosts: the doors to them, by name.
        report: told one line per thing that was read.
        engine_socket: the engine's API on each node.
        whole_settings: leave passwords and tokens in what is read of daemon.json; only for writing it anew.
    """
    say = report or (lambda _: None)
    started = time.time()
    request = _request(engine_socket, whole_settings=whole_settings)
    with (
        ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="members") as doors,
        ThreadPoolExecutor(len(inventory.nodes) or 1, thread_name_prefix="facts") as pool,
    ):

        def read(node: Node) -> tuple[str, NodeReading, list[Future[MongoMember]]]:
            facts = _read(node, hosts[node.name], request, say)
            found = [each for each in _containers(facts) if mongo_found.runs_in(each)]
            return node.name, facts, [doors.submit(_member, hosts[node.name], node.name, each, say) for each in found]

        readings = list(pool.map(read, inventory.nodes))
    return Facts(
        gathered_at=started,
        nodes={name: _without_texts(facts) for name, facts, _ in readings},
        mongo=tuple(member.result() for _, _, members in readings for member in members),
        nginx=tuple(
            server for name, facts, _ in readings for each in _containers(facts) if (server := nginx.server(name, each))
        ),
    )


def decode(answer: bytes) -> Known[NodeFacts] | Unavailable:
    """A collector's answer; one that is no NodeFacts is unavailable, with the path of what is wrong in it."""
    try:
        return Known(_NODE_FACTS.decode(answer))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unavailable(f"the node's answer makes no sense: {one_line(error)}")
    except RecursionError:
        return Unavailable("the node's answer makes no sense: it is nested too deep")


def _request(engine_socket: str, *, whole_settings: bool) -> dict[str, object]:
    """What every node is asked."""
    return {
        "engine_socket": engine_socket,
        "files": [],
        "shapes": shapes(),
        "looks": (nginx.LOOK, mongo_found.LOOK),
        "whole_settings": whole_settings,
    }


def _read(node: Node, host: Host, request: dict[str, object], say: Report) -> Known[NodeFacts] | Unavailable:
    started = time.monotonic()
    try:
        answer = host.ask("collector", {"node": node.name, **request}, timeout=NODE_SECONDS)
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


def _member(host: Host, node: str, container: ContainerFacts, say: Report) -> MongoMember:
    from . import mongo  # noqa: PLC0415 - the driver is slow to load, and most clusters have no database

    member = mongo.member(host, node, container)
    say(f"{node}: read the database of {member.service}")
    return member


def _without_texts(node: Known[NodeFacts] | Unavailable) -> Known[NodeFacts] | Unavailable:
    """The node without what other facts were made from: a raw text may hold what those leave out."""
    containers = _containers(node)
    if not isinstance(node, Known) or not isinstance(node.value.engine, Known) or not containers:
        return node
    bare = Known(tuple(msgspec.structs.replace(each, texts={}, inside=_moved(each)) for each in containers))
    engine = Known(msgspec.structs.replace(node.value.engine.value, containers=bare))
    return Known(msgspec.structs.replace(node.value, engine=engine))


def _moved(container: ContainerFacts) -> Known[Inside] | Unavailable:
    return _MOVED if isinstance(container.inside, Known) else container.inside
