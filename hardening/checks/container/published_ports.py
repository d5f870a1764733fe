"""Are the ports that a plain container opens those that were meant to be?"""

import ipaddress
from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Outcome,
    Place,
    Severity,
    Verdict,
    all_of,
    cis_docker,
    manual,
    not_applicable,
    per_container,
)
from hardening.model.engine import PortBinding
from hardening.model.facts import Facts


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """What the engine opens on the node for each container, against the project's allow-list."""
    return per_container(lambda place: _judge(facts, place))(facts)


def _judge(facts: Facts, place: Place) -> Verdict:
    if place.task is not None:
        return not_applicable("it is a service's; see swarm-published-ports")
    opened = [each for each in _bindings(place) if not _is_loopback(each[1])]
    seen = ", ".join(f"{binding.host_ip or '*'}:{binding.host_port} to {port}" for port, binding in opened)
    if opened and facts.allowed_ports is None:
        return manual(f"there is no allow-list to compare with; published: {seen}", "`allowed_ports` in harden.yml")
    allowed = facts.allowed_ports or ()
    return all_of(
        (
            None
            if binding.host_port in map(str, allowed)
            else f"{binding.host_ip or '*'}:{binding.host_port} to {port}"
            for port, binding in opened
        ),
        fine=seen,
        expected=f"only {', '.join(map(str, allowed)) or 'none'}",
        nothing="it publishes no port beyond this machine",
    )


def _bindings(place: Place) -> Iterator[tuple[str, PortBinding]]:
    for port, bindings in (place.container.inspect.network_settings.ports or {}).items():
        for binding in bindings or ():
            yield port, binding


def _is_loopback(binding: PortBinding) -> bool:
    try:
        return ipaddress.ip_address(binding.host_ip).is_loopback
    except ValueError:
        return False


CHECK = Check(
    id="container-published-ports",
    title="Plain containers open only the ports that the project allows",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.8", "5.9"),
    rationale="One option of `docker run` opens a database to the network, past every service definition.",
    remediation="Start it without `--publish`, or add the port to `allowed_ports` in harden.yml.",
    evaluate=evaluate,
)
