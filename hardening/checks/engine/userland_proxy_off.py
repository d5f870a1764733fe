"""Does a root process of the engine carry traffic that the kernel could?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_node
from hardening.model.facts import NodeFacts


def judge(machine: NodeFacts) -> Answer:
    """On by default."""

    def read(daemon: Daemon) -> Answer:
        on = daemon.on("userland-proxy", default=True)
        return (failed if on else passed)(f"userland-proxy: {str(on).lower()}", "false")

    return given(settings(machine), read)


CHECK = Check(
    id="engine-userland-proxy-off",
    title="Published ports are forwarded by the kernel, not by a proxy running as root",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("2.17"),
    rationale="The proxy is one more root process per port that strangers talk to, and it hides their addresses.",
    remediation='`"userland-proxy": false` in daemon.json and restart the engine.',
    evaluate=per_node(judge),
)
