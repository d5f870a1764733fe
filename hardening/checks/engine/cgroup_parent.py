"""Do containers stay in the control group that the engine made for them?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """Unset is the engine's own."""

    def read(daemon: Daemon) -> Answer:
        parent = daemon.text("cgroup-parent")
        return failed(parent, "the engine's own") if parent else passed("the engine's own", "the engine's own")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-cgroup-parent",
    title="Containers stay below the engine's own control group",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("2.11"),
    rationale="A group shared with other work lets containers escape the limits set for them together.",
    remediation="Remove `cgroup-parent` from daemon.json, or write down why it is there.",
    evaluate=per_node(judge),
)
