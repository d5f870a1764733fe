"""Do containers reach the machines' own networks, and are their answers to those received?"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from hardening.checks.vocabulary import Area, Check, Severity, Verdict, failed, of_swarm, passed, unknown
from hardening.model.facts import Facts, SwarmFacts
from hardening.model.known import Known, Unavailable

OF_ENGINE = ("docker", "br-", "veth")
"""How interfaces begin that engines make for their own networks."""


def judge(facts: Facts, swarm: SwarmFacts) -> Iterator[Verdict]:
    """An address that is in an overlay's subnet and in a machine's network means the overlay to its containers."""
    overlays = [network for network in swarm.networks if network.driver == "overlay"]
    own, gaps = _own_networks(facts)
    for network in overlays:
        part = f"network {network.name}"
        subnets = " and ".join(network.subnets)
        try:
            taken = [IPv4Network(subnet, strict=False) for subnet in network.subnets if ":" not in subnet]
        except ValueError as error:
            yield unknown(f"its addresses make no sense: {error}", part)
            continue
        met = [
            f"{name} has {other} by {interface}"
            for name, other, interface in own
            if any(subnet.overlaps(other) for subnet in taken)
        ]
        if not network.subnets:
            yield unknown("its addresses were not told", part)
        elif met:
            yield failed(f"{subnets}, and {'; '.join(met)}", "addresses that no machine's network has", part)
        elif gaps:
            yield unknown("; ".join(gaps), part)
        else:
            yield passed(subnets, "addresses that no machine's network has", part)


def _own_networks(facts: Facts) -> tuple[list[tuple[str, IPv4Network, str]], list[str]]:
    """(machine, network, interface) of all machines' own networks, and what is not known."""
    found: list[tuple[str, IPv4Network, str]] = []
    gaps = []
    for name, node in facts.nodes.items():
        routes = node.value.routes if isinstance(node, Known) else Unavailable("was not read")
        match routes:
            case Known(value=told):
                for route in told:
                    if route.interface.startswith(OF_ENGINE):
                        continue
                    try:
                        found.append((name, IPv4Network(route.network, strict=False), route.interface))
                    except ValueError as error:
                        gaps.append(f"routes of {name}: {error}")
            case Unavailable(reason=reason):
                gaps.append(f"routes of {name}: {reason}")
    return found, gaps


CHECK = Check(
    id="swarm-network-overlap",
    title="No overlay network has addresses of a machine's own network",
    area=Area.SWARM,
    severity=Severity.MEDIUM,
    level=1,
    refs=(),
    rationale="Containers take those machines for neighbours: they cannot be called, clients there get no answer, and "
    "what is meant for them can be taken by a container. Swarm gives out 10.0.0.0/8 in order and asks no machine.",
    remediation="`ipam: {config: [{subnet: 10.200.1.0/24}]}` on the network in the stack, and deploy it anew after "
    "`harden destroy`; for a new swarm, `swarm: {address_pool: [10.200.0.0/16]}` in harden.yml.",
    evaluate=of_swarm(judge),
)
