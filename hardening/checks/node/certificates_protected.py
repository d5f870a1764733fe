"""Are the certificates and keys that the engine trusts safe from other users?"""

from hardening.checks.daemon import Daemon, settings
from hardening.checks.files import observations
from hardening.checks.vocabulary import Answer, Area, Check, Severity, Verdict, all_of, cis_docker, given, per_node
from hardening.model.facts import NodeFacts

REGISTRY_CERTIFICATES = "/etc/docker/certs.d/"


def judge(machine: NodeFacts) -> Answer:
    """Certificates below certs.d and those that TLS settings name; keys must be for root's eyes only."""
    return given(settings(machine), lambda daemon: _judge(machine, daemon))


def _judge(machine: NodeFacts, daemon: Daemon) -> Verdict:
    public = [path for path in (daemon.text("tlscacert"), daemon.text("tlscert")) if path]
    public += sorted(path for path in machine.files if path.startswith(REGISTRY_CERTIFICATES))
    private = [path for path in (daemon.text("tlskey"),) if path]
    keys = {path for path in public if path.endswith(".key")} | set(private)
    return all_of(
        [
            *observations(machine, sorted(set(public) - keys), 0o755, ("root",)),
            *observations(machine, sorted(keys), 0o400, ("root",)),
        ],
        fine="those that exist belong to root; keys are for root only",
        expected="root:root; certificates not writable by others, keys 0400",
        nothing="the engine uses no certificate files of its own",
    )


CHECK = Check(
    id="node-certificates-protected",
    title="Certificates and keys that the engine uses can be changed by root only, and keys read by root only",
    area=Area.NODE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"),
    rationale="A registry certificate that others may replace lets them hand the node images of their own.",
    remediation="`chown root:root` the paths named; `chmod 0444` certificates and `chmod 0400` keys.",
    evaluate=per_node(judge),
)
