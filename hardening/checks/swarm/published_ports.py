"""Are the ports that services open those that were meant to be?"""

from collections.abc import Iterable, Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    all_of,
    cis_docker,
    cis_nginx,
    manual,
    of_swarm,
    passed,
)
from hardening.model.facts import Facts, SwarmFacts
from hardening.model.swarm import PublishedPort


def judge(facts: Facts, swarm: SwarmFacts) -> Verdict:
    """Host mode and ingress alike, against the project's allow-list."""
    opened = list(_opened(swarm))
    seen = ", ".join(f"{_called(port)} ({name}, {port.publish_mode})" for name, port in opened)
    if not opened:
        return passed("no service publishes a port", "only ports of the allow-list")
    if facts.allowed_ports is None:
        return manual(f"there is no allow-list to compare with; published: {seen}", "`allowed_ports` in harden.yml")
    return all_of(
        _strangers(opened, facts.allowed_ports),
        fine=seen,
        expected=f"only {', '.join(map(str, facts.allowed_ports)) or 'none'}",
    )


def _opened(swarm: SwarmFacts) -> Iterator[tuple[str, PublishedPort]]:
    for service in swarm.services:
        endpoint = service.spec.endpoint_spec
        for port in (endpoint.ports or ()) if endpoint else ():
            yield service.spec.name, port


def _strangers(opened: Iterable[tuple[str, PublishedPort]], allowed: tuple[int, ...]) -> Iterator[str | None]:
    for name, port in opened:
        listed = port.published_port in allowed
        yield None if listed else f"{_called(port)} of {name} ({port.publish_mode})"


def _called(port: PublishedPort) -> str:
    """A port; where the definition names none, the swarm takes one that is free."""
    return f"{port.published_port}/{port.protocol}" if port.published_port else f"any free {port.protocol} port"


CHECK = Check(
    id="swarm-published-ports",
    title="Services open only the ports that the project allows",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=(*cis_docker("5.9"), *cis_nginx("2.4.1")),
    rationale="One line in a stack file opens a database on every node; no firewall rule of the host stops it.",
    remediation="Remove `ports:` from the service, or add the port to `allowed_ports` in harden.yml.",
    evaluate=of_swarm(judge),
)
