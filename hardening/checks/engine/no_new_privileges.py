"""Does the engine forbid new privileges unless told otherwise?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """The engine's default for containers that do not say."""

    def read(daemon: Daemon) -> Answer:
        on = daemon.on("no-new-privileges")
        return (passed if on else failed)(f"no-new-privileges: {str(on).lower()}", "true")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-no-new-privileges",
    title="Containers start without a way to gain privileges, by the engine's default",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("2.15"),
    rationale="A setuid program in an image is otherwise a ladder back to root inside the container.",
    remediation='`"no-new-privileges": true` in daemon.json and restart the engine.',
    evaluate=per_node(judge),
)
