"""Does the engine trust registries that cannot prove who they are?"""

import ipaddress

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
    passed,
    per_engine,
)
from hardening.model.facts import EngineFacts, NodeFacts


def judge(machine: NodeFacts, engine: EngineFacts) -> Answer:
    """Networks as the running engine tells them, names from its settings; loopback is always among the networks."""
    return given(settings(machine), lambda daemon: _judge(daemon, engine))


def _judge(daemon: Daemon, engine: EngineFacts) -> Verdict:
    config = engine.info.registry_config
    networks = (config.insecure_registry_cidrs or ()) if config else ()
    unverified = dict.fromkeys([*daemon.words("insecure-registries"), *networks])
    strangers = [registry for registry in unverified if not _is_loopback(registry)]
    expected = "none beyond this machine"
    return failed(", ".join(strangers), expected) if strangers else passed("none", expected)


def _is_loopback(registry: str) -> bool:
    try:
        return ipaddress.ip_network(registry).is_loopback
    except ValueError:
        return registry.partition(":")[0] == "localhost"


CHECK = Check(
    id="engine-registries-verified",
    title="No registry is trusted without verified TLS",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("2.5"),
    rationale="Anybody on the way to such a registry can hand the node an image of their own.",
    remediation="Give the registry a certificate, put its authority into /etc/docker/certs.d/HOST:PORT/ca.crt and "
    "remove it from `insecure-registries`.",
    evaluate=per_engine(judge),
)
