"""Is a container on the network where everything lands that names none?"""

from hardening.checks.vocabulary import (
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    cis_docker,
    failed,
    passed,
    per_container,
    unknown,
)

DEFAULT = "bridge"


def judge(place: Place) -> Verdict:
    """The networks it is on now; the mode it was created with says `default` for tasks on overlays too."""
    networks = place.container.inspect.network_settings.networks
    if networks is None:
        return unknown("the engine does not tell its networks")
    observed = ", ".join(sorted(networks)) or "no network"
    return (failed if DEFAULT in networks else passed)(observed, "networks made for it")


CHECK = Check(
    id="container-default-bridge",
    title="No container is on the default bridge",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=2,
    refs=cis_docker("5.30"),
    rationale="What meets there was never meant to; a network per purpose keeps strangers apart.",
    remediation="`docker network create` one and name it with `--network`.",
    evaluate=per_container(judge),
)
