"""Does the engine run without root?"""

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """Overlay networks need privileges that a rootless engine does not have."""
    if "name=rootless" in (engine.info.security_options or ()):
        return passed("the engine runs without root", "rootless")
    if engine.info.swarm.local_node_state != "inactive":
        return not_applicable("a rootless engine has no overlay networks, so it cannot serve a swarm")
    return failed("the engine runs as root", "rootless where that is possible")


CHECK = Check(
    id="engine-rootless",
    title="Outside a swarm, the engine runs without root",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.1"),
    rationale="What breaks out of a rootless engine is an ordinary user.",
    remediation="`dockerd-rootless-setuptool.sh install`; under Swarm use userns-remap instead.",
    evaluate=per_engine(judge),
)
