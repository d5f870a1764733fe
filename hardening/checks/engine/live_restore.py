"""Do containers survive the engine's restart, and does the engine?"""

from hardening.checks.daemon import settings
from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The engine does not start with live-restore in swarm mode, but takes it when it reads its settings again."""
    on = engine.info.live_restore_enabled
    if engine.info.swarm.local_node_state != "inactive":
        return _in_swarm() if on else given(settings(machine), lambda daemon: _in_swarm(on=daemon.on("live-restore")))
    return (passed if on else failed)(f"live-restore: {str(on).lower()}", "true")


def _in_swarm(*, on: bool = True) -> Verdict:
    if on:
        return failed("live-restore: true, with which no engine starts in swarm mode", "false in a swarm")
    return not_applicable("the engine refuses live-restore in swarm mode, which moves the tasks instead")


CHECK = Check(
    id="engine-live-restore",
    title="Containers outlive a restart of the engine outside a swarm, and in one the engine starts again",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.16"),
    rationale="Where restarting the engine stops every service, security updates of it are put off. In a swarm the "
    "setting is taken by a running engine, which then does not come back from its next restart.",
    remediation='`"live-restore": true` in daemon.json, but in no swarm: there, drain the node before the restart.',
    evaluate=per_engine(judge),
)
