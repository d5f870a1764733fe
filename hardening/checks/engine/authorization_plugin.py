"""Does anything stand between a caller and the engine?"""

from hardening.checks.daemon import Daemon, settings
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
    per_node,
)
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """A plugin matters where somebody other than root may call."""
    return given(settings(machine), lambda daemon: _judge(machine, daemon))


def _judge(machine: NodeFacts, daemon: Daemon) -> Verdict:
    plugins = daemon.words("authorization-plugins")
    if plugins:
        return passed(", ".join(plugins), "a plugin")
    remote = list(daemon.network_hosts)
    if remote or machine.groups.get("docker"):
        callers = ", ".join([*remote, *machine.groups.get("docker", ())])
        return failed(f"no plugin, and these may call the engine: {callers}", "a plugin")
    return not_applicable("only root may call the engine here, and root can remove any plugin")


CHECK = Check(
    id="engine-authorization-plugin",
    title="Where others than root may call the engine, a plugin decides what they may do",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("2.13"),
    rationale="The engine itself knows no permissions: who may ask at all may ask for everything.",
    remediation="Empty the docker group and close the TCP socket, or install an authorization plugin.",
    evaluate=per_node(judge),
)
