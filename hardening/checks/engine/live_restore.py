"""Do containers survive the engine's restart?"""

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
    """The engine refuses live-restore together with swarm mode."""
    if engine.info.swarm.local_node_state != "inactive":
        return not_applicable("the engine refuses live-restore in swarm mode, which moves the tasks instead")
    on = engine.info.live_restore_enabled
    return (passed if on else failed)(f"live-restore: {str(on).lower()}", "true")


CHECK = Check(
    id="engine-live-restore",
    title="Outside a swarm, containers keep running while the engine restarts",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.16"),
    rationale="Where restarting the engine stops every service, security updates of it are put off.",
    remediation='`"live-restore": true` in daemon.json; in a swarm: drain the node before the restart.',
    evaluate=per_engine(judge),
)
