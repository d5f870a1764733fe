"""Whom a question is put to: each node, engine, container, service, database member or web server.

What could not be read, and could have held a subject, answers UNKNOWN in its place.
"""

from collections.abc import Callable, Iterator
from typing import ParamSpec

from hardening.model.facts import (
    EngineFacts,
    Facts,
    MongoMember,
    NginxServer,
    NodeFacts,
    SwarmFacts,
)
from hardening.model.findings import Outcome
from hardening.model.known import Known, Unavailable
from hardening.model.swarm import Service

from .mongo_answers import replica_sets
from .verdict import Answer, Verdict, failed, not_applicable, passed, unknown

Of = ParamSpec("Of")
Evaluate = Callable[[Facts], Iterator[Outcome]]
BROKEN = "the check broke on it"
NO_SWARM = "no node is part of a swarm"


def per_node(judge: Callable[[NodeFacts], Answer]) -> Evaluate:
    """Ask every node."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        for name, node in facts.nodes.items():
            match node:
                case Known(value=machine):
                    yield from outcomes(name, name, judge, machine)
                case Unavailable(reason=reason):
                    yield unknown(reason).about(name, name)

    return evaluate


def per_engine(judge: Callable[[NodeFacts, EngineFacts], Answer]) -> Evaluate:
    """Ask every node's engine."""

    def ask(machine: NodeFacts) -> Answer:
        match machine.engine:
            case Known(value=engine):
                return judge(machine, engine)
            case Unavailable(reason=reason):
                return unknown(reason)

    return per_node(ask)


def of_swarm(judge: Callable[[Facts, SwarmFacts], Answer]) -> Evaluate:
    """Ask the swarm as a whole."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        match facts.swarm:
            case Known(value=swarm):
                yield from outcomes("swarm", "", judge, facts, swarm)
            case Unavailable(reason=reason):
                yield (not_applicable(NO_SWARM) if no_swarm(facts) else unknown(reason)).about("swarm")

    return evaluate


def per_service(judge: Callable[[Service, SwarmFacts], Answer]) -> Evaluate:
    """Ask every service of the swarm."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        match facts.swarm:
            case Known(value=swarm):
                if not swarm.services:
                    yield not_applicable("the swarm runs no service").about("swarm")
                for service in swarm.services:
                    yield from outcomes(service.spec.name, "", judge, service, swarm)
            case Unavailable(reason=reason):
                yield (not_applicable(NO_SWARM) if no_swarm(facts) else unknown(reason)).about("swarm")

    return evaluate


def per_member(judge: Callable[[MongoMember], Answer]) -> Evaluate:
    """Ask every running mongod."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        yield from hidden(facts)
        if not facts.mongo and all_read(facts):
            yield not_applicable("no mongod runs").about("cluster")
        for member in facts.mongo:
            yield from outcomes(member.service, member.node, judge, member)

    return evaluate


def per_replica_set(judge: Callable[[str, tuple[MongoMember, ...]], Answer]) -> Evaluate:
    """Ask each replica set: `judge` gets its name and the members that run."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        yield from hidden(facts)
        if not facts.mongo and all_read(facts):
            yield not_applicable("no mongod runs").about("cluster")
        for name, members in replica_sets(facts.mongo).items():
            subject = f"replica set {name}" if name else "standalone mongod"
            yield from outcomes(subject, "", judge, name, members)

    return evaluate


def per_server(judge: Callable[[NginxServer], Answer]) -> Evaluate:
    """Ask every running NGINX."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        yield from hidden(facts)
        if not facts.nginx and all_read(facts):
            yield not_applicable("no NGINX runs").about("cluster")
        for server in facts.nginx:
            subject = f"{server.service or server.container}@{server.node}"
            yield from outcomes(subject, server.node, judge, server)

    return evaluate


def equal_on_nodes(read: Callable[[NodeFacts], Known[str] | Unavailable], what: str) -> Evaluate:
    """Compare one value over all nodes: the most common one is taken as meant, each other node fails."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        values: dict[str, str] = {}
        for name, node in facts.nodes.items():
            value = read(node.value) if isinstance(node, Known) else node
            if isinstance(value, Unavailable):
                yield unknown(value.reason).about(name, name)
            else:
                values[name] = value.value
        if len(values) < 2 and len(facts.nodes) < 2:  # noqa: PLR2004 - it takes two to differ
            if values:
                yield not_applicable("there is only one node").about(next(iter(values)))
            return
        common = max(values.values(), key=list(values.values()).count, default="")
        for name, seen in values.items():
            yield _compared(seen, common, what, len(values)).about(name, name)

    return evaluate


def no_swarm(facts: Facts) -> bool:
    """Whether every node was read and none is part of a swarm."""
    states = [
        node.value.engine.value.info.swarm.local_node_state
        for node in facts.nodes.values()
        if isinstance(node, Known) and isinstance(node.value.engine, Known)
    ]
    return len(states) == len(facts.nodes) > 0 and all(state == "inactive" for state in states)


def _compared(value: str, common: str, what: str, nodes: int) -> Verdict:
    if nodes == 1:
        return unknown(f"{what}: no other node could be read to compare with")
    if value == common:
        return passed(value, f"{what}: the same on all nodes")
    return failed(value, f"{what}: {common}, as on other nodes")


def hidden(facts: Facts) -> Iterator[Outcome]:
    """What is asked for may run on a node whose containers are not known."""
    for name, reason in _unread_engines(facts).items():
        yield unknown(reason).about(name, name)


def all_read(facts: Facts) -> bool:
    """Whether the containers of every node are known."""
    return bool(facts.nodes) and not _unread_engines(facts)


def _unread_engines(facts: Facts) -> dict[str, str]:
    """Nodes whose containers are not known, with the reason."""
    unread = {}
    for name, node in facts.nodes.items():
        match node:
            case Unavailable(reason=reason) | Known(value=NodeFacts(engine=Unavailable(reason=reason))):
                unread[name] = reason
            case Known(value=NodeFacts(engine=Known(value=EngineFacts(containers=Unavailable(reason=reason))))):
                unread[name] = reason
            case _:
                pass
    return unread


def outcomes(
    subject: str, node: str, judge: Callable[Of, Answer], *of: Of.args, **also: Of.kwargs
) -> Iterator[Outcome]:
    """A judge's answer as outcomes for its subject.

    One that breaks on what it is given is UNKNOWN for this subject, and answers for all the others.
    """
    try:
        answer = judge(*of, **also)
        for verdict in (answer,) if isinstance(answer, Verdict) else answer:
            yield verdict.about(subject, node)
    except Exception as error:  # noqa: BLE001 - as in `hardening.audit`: whatever it is, it is told and is no pass
        yield unknown(f"{BROKEN}: {type(error).__name__}: {error}").about(subject, node)
