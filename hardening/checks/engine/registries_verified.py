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
    strangers += [mirror for mirror in daemon.words("registry-mirrors") if _is_plain(mirror)]
    expected = "none beyond this machine"
    return failed(", ".join(strangers), expected) if strangers else passed("none", expected)


def _is_loopback(registry: str) -> bool:
    """Of a network, an address or a name, with a port or without."""
    for text in (registry, registry.rpartition(":")[0].strip("[]")):
        try:
            return ipaddress.ip_network(text).is_loopback
        except ValueError:
            continue
    return registry.partition(":")[0] == "localhost"


def _is_plain(mirror: str) -> bool:
    """Whether images come from a mirror in the clear, and from another machine."""
    scheme, _, rest = mirror.partition("://")
    return scheme.lower() == "http" and not _is_loopback(rest.partition("/")[0])


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
