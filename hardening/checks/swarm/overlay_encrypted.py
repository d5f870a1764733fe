"""Is what containers say to each other between machines encrypted?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Severity,
    Verdict,
    cis_docker,
    failed,
    not_applicable,
    of_swarm,
    passed,
)
from hardening.model.facts import Facts, SwarmFacts


def judge(_facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """Each overlay's own options; `encrypted` may stand there with an empty value."""
    overlays = [network for network in swarm.networks if network.driver == "overlay"]
    if not overlays:
        yield not_applicable("the swarm has no overlay network")
    for network in overlays:
        part = f"network {network.name}"
        options = network.options or {}
        if network.ingress:
            yield not_applicable("the routing mesh carries what strangers send, who encrypt it or not", part)
            continue
        on = options.get("encrypted", "false") != "false"
        yield (passed if on else failed)("encrypted" if on else "plain", "encrypted", part)


CHECK = Check(
    id="swarm-overlay-encrypted",
    title="Every overlay network encrypts what it carries between machines",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("7.3"),
    rationale="A plain overlay sends passwords and data between machines in the clear, and takes forged packets in.",
    remediation='`driver_opts: {encrypted: "true"}` on the network in the stack; a network cannot be changed, so it is '
    "made anew.",
    evaluate=of_swarm(judge),
)
