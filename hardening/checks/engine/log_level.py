"""Does the engine log what an investigation needs, and no more?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """`info` is the default; `debug` on its own switch counts as well."""

    def read(daemon: Daemon) -> Answer:
        level = "debug" if daemon.on("debug") else daemon.text("log-level", "info")
        return (passed if level == "info" else failed)(f"log level {level}", "info")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-log-level",
    title="The engine logs at the level info",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.3"),
    rationale="Below it, changes leave no trace; debug writes request bodies, secrets included, into the journal.",
    remediation='Remove `"debug"` and set `"log-level": "info"` in daemon.json.',
    evaluate=per_node(judge),
)
