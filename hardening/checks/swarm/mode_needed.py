"""Is swarm mode on only where it serves something?"""

from collections.abc import Iterator

from hardening.checks.subjects import no_swarm
from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    Verdict,
    cis_docker,
    failed,
    passed,
    unknown,
)
from hardening.model.facts import EngineFacts, Facts, NodeFacts

EXPECTED = "swarm mode off, or a swarm with services that the node reaches"


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """Each engine's own state, and whether the swarm it belongs to runs anything."""
    if no_swarm(facts):
        yield passed("no node is part of a swarm", EXPECTED).about("cluster")
        return
    for name, node in facts.nodes.items():
        match node:
            case Known(value=NodeFacts(engine=Known(value=engine))):
                yield _judge(facts, engine).about(name, name)
            case Known(value=machine):
                yield unknown(getattr(machine.engine, "reason", "")).about(name, name)
            case gap:
                yield unknown(gap.reason).about(name, name)


def _judge(facts: Facts, engine: EngineFacts) -> Verdict:
    state = engine.info.swarm.local_node_state
    if state == "inactive":
        return passed("swarm mode is off", EXPECTED)
    if state != "active":
        return failed(f"swarm mode is {state}: the node belongs to a swarm that it does not serve", EXPECTED)
    if engine.info.swarm.error:
        return failed(f"swarm mode is on, and in trouble: {engine.info.swarm.error}", EXPECTED)
    if not isinstance(facts.swarm, Known):
        return unknown(f"what its swarm runs is not known: {facts.swarm.reason}")
    services = len(facts.swarm.value.services)
    return (passed if services else failed)(f"part of a swarm with {services} services", EXPECTED)


CHECK = Check(
    id="swarm-mode-needed",
    title="Swarm mode is on only where services need it, and works there",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.1"),
    rationale="It opens three ports and takes orders from managers; a node that serves nothing has no use for either.",
    remediation="See why it does not reach a manager (`docker info`), or `docker swarm leave` on the node, then "
    "`docker node rm NODE` on a manager.",
    evaluate=evaluate,
)
