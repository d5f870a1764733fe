"""Is a port below 1024 opened that nobody decided on?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, cis_docker, failed, of_swarm, passed
from hardening.model.facts import Facts, SwarmFacts

FIRST_FREE = 1024


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """Ports published by ingress count as well; a port of the allow-list was decided on."""
    low = sorted({f"{port} of {name}" for name, port in _low(swarm) if port not in (facts.allowed_ports or ())})
    expected = "none but those of `allowed_ports`"
    if low:
        return failed(", ".join(low), expected)
    meant = sorted({f"{port} of {name}, as allowed" for name, port in _low(swarm)})
    return passed(", ".join(meant) or "none", expected)


def _low(swarm: SwarmFacts) -> Iterator[tuple[str, int]]:
    for service in swarm.services:
        endpoint = service.spec.endpoint_spec
        for port in (endpoint.ports or ()) if endpoint else ():
            if 0 < port.published_port < FIRST_FREE:
                yield service.spec.name, port.published_port


CHECK = Check(
    id="swarm-privileged-ports",
    title="Ports below 1024 are opened only on purpose",
    area=Area.SWARM,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("5.8"),
    rationale="People trust what answers on a low port of a machine; a container there speaks in the machine's name.",
    remediation="Publish a higher port behind a load balancer, or add the port to `allowed_ports` in harden.yml.",
    evaluate=of_swarm(judge),
)
