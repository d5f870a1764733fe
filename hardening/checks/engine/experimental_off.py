"""Are unfinished features off?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine
from hardening.model.facts import EngineFacts, NodeFacts


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """The running engine's own word."""
    on = engine.info.experimental_build
    return (failed if on else passed)(f"experimental: {str(on).lower()}", "false")


CHECK = Check(
    id="engine-experimental-off",
    title="Experimental features of the engine are off",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.19"),
    rationale="They change without notice and get fixes last.",
    remediation='Remove `"experimental": true` from daemon.json and restart the engine.',
    evaluate=per_engine(judge),
)
