"""Are images taken only with a publisher's signature?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_docker,
    given,
    manual,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """Only some editions of the engine enforce it; elsewhere it is a variable of the client that pulls."""
    return given(settings(machine), lambda daemon: _judge(daemon, engine))


def _judge(daemon: Daemon, engine: EngineFacts) -> Answer:
    trust = daemon.config.get("content-trust")
    expected = "content trust enforced, or images named by digest"
    if isinstance(trust, dict) and trust.get("mode") == "enforced":
        return passed("the engine enforces content trust", expected)
    if engine.info.swarm.local_node_state != "inactive":
        return not_applicable(
            "no node asks for a signature when it pulls for a task; a digest says the same, see swarm-image-pinned"
        )
    return manual("the engine does not enforce it: is DOCKER_CONTENT_TRUST=1 set where images are pulled?", expected)


CHECK = Check(
    id="engine-content-trust",
    title="Images are taken only with their publisher's signature",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("4.5"),
    rationale="Without a signature or a digest, whoever holds the registry decides what a tag means.",
    remediation="Name images by digest (`NAME@sha256:…`), or set `DOCKER_CONTENT_TRUST=1` for whoever pulls.",
    evaluate=per_engine(judge),
)
