"""Is a plain container's port open on every address of the node?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    all_of,
    cis_docker,
    not_applicable,
    per_container,
)

EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - these are what is looked for


def judge(place: Place) -> Verdict:
    """Swarm has no way to name the address that a service's port is opened on."""
    if place.task is not None:
        return not_applicable("Swarm opens a service's ports on every address; see swarm-published-ports")
    return all_of(
        _open(place),
        fine="each port names its address",
        expected="one address of the node for each port",
        nothing="it publishes no port",
    )


def _open(place: Place) -> Iterator[str | None]:
    for port, bindings in (place.container.inspect.network_settings.ports or {}).items():
        for binding in bindings or ():
            yield f"{port} on every address" if binding.host_ip in EVERYWHERE else None


CHECK = Check(
    id="container-host-address",
    title="Ports of plain containers are opened on one chosen address",
    area=Area.CONTAINER,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("5.14"),
    rationale="A port that was meant for the inner network is otherwise open on the outer one as well.",
    remediation="`--publish ADDRESS:PORT:PORT`.",
    evaluate=per_container(judge),
)
