"""Are container users other users on the node?"""

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, passed, per_engine
from hardening.model.facts import EngineFacts, NodeFacts


def judge(_machine: NodeFacts, engine: EngineFacts) -> Verdict:
    """The running engine lists it among its security options."""
    options = [option.split(",")[0] for option in engine.info.security_options or ()]
    observed = f"security options: {', '.join(options) or 'none'}"
    return (passed if "name=userns" in options else failed)(observed, "name=userns among them")


CHECK = Check(
    id="engine-userns-remap",
    title="The engine maps container users to unprivileged users of the node",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=2,
    refs=cis_docker("2.10"),
    rationale="Root inside a container is then nobody outside: most escapes end with nothing in hand.",
    remediation='Before the node joins the swarm: `"userns-remap": "default"` in daemon.json and restart the engine '
    "(its storage moves to a folder of its own).",
    evaluate=per_engine(judge),
)
