"""Are limits for containers chosen on purpose?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """Any deliberate limit of open files counts."""

    def read(daemon: Daemon) -> Answer:
        limits = [option.partition("=")[0] for option in daemon.words("default-ulimits")]
        observed = f"default limits: {', '.join(limits) or 'none'}"
        return (passed if "nofile" in limits else failed)(observed, "nofile among them")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-default-ulimits",
    title="Containers have a chosen limit of open files",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.9"),
    rationale="Without one, containers inherit the engine's own, which is a million or none: one leak then takes the "
    "node's file table.",
    remediation='`"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 64000, "Hard": 64000}}` in daemon.json.',
    evaluate=per_node(judge),
)
