"""May containers on the default bridge talk to each other?"""

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Severity,
    cis_docker,
    failed,
    given,
    not_applicable,
    passed,
    per_engine,
)
from hardening.model.engine import Network
from hardening.model.facts import EngineFacts, NodeFacts

OPTION = "com.docker.network.bridge.enable_icc"
BYPASSED = "bridge-nf-call-iptables is disabled"
"""As an engine warns of it."""


def judge(_machine: NodeFacts, engine: EngineFacts) -> Answer:
    """The bridge as it stands tells more than the setting it was made from."""

    def read(networks: tuple[Network, ...]) -> Answer:
        bridge = next((network for network in networks if network.name == "bridge"), None)
        if bridge is None:
            return not_applicable("the engine has no default bridge")
        value = (bridge.options or {}).get(OPTION, "true")
        if value == "false" and any(BYPASSED in warning for warning in engine.info.warnings or ()):
            return failed(f"{OPTION}=false, but {BYPASSED}: no rule sees what crosses a bridge", "false, and in force")
        return (passed if value == "false" else failed)(f"{OPTION}={value}", "false")

    return given(engine.networks, read)


CHECK = Check(
    id="engine-icc-off",
    title="Containers on the default bridge cannot reach each other",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("2.2"),
    rationale="Everything that is started without a network lands there; one broken container then reaches them all.",
    remediation='`"icc": false` in daemon.json and restart the engine, which also sets '
    "`net.bridge.bridge-nf-call-iptables=1`.",
    evaluate=per_engine(judge),
)
