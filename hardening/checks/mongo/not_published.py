"""Is a database member reachable from outside its network?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    Unavailable,
    Verdict,
    cis_mongodb,
    failed,
    passed,
    per_member,
    unknown,
)
from hardening.model.engine import PortBinding
from hardening.model.facts import ContainerFacts, Facts, MongoMember, SwarmFacts

EXPECTED = "no port on the node, none on the routing mesh"


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """Ports of the member's container and of its service; the node's other listeners do not lead to it."""
    return per_member(lambda member: _judge(facts, member))(facts)


def _judge(facts: Facts, member: MongoMember) -> Verdict:
    container = _container(facts, member)
    if container is None:
        return unknown("its container is not among those that were read")
    opened = ["the node's own network"] if container.inspect.host_config.network_mode == "host" else []
    opened += [f"{binding.host_ip or '*'}:{binding.host_port} to {port}" for port, binding in _bindings(container)]
    if container.service:
        match facts.swarm:
            case Known(value=swarm):
                opened += _service_ports(swarm, container.service)
            case Unavailable(reason=reason):
                return unknown(f"the swarm could not be asked for its ports: {reason}")
    return failed(", ".join(opened), EXPECTED) if opened else passed("no published port", EXPECTED)


def _service_ports(swarm: SwarmFacts, name: str) -> Iterator[str]:
    for service in swarm.services:
        endpoint = service.spec.endpoint_spec
        if service.spec.name == name and endpoint:
            yield from (f"{port.published_port} ({port.publish_mode})" for port in endpoint.ports or ())


def _bindings(container: ContainerFacts) -> Iterator[tuple[str, PortBinding]]:
    for port, bindings in (container.inspect.network_settings.ports or {}).items():
        for binding in bindings or ():
            yield port, binding


def _container(facts: Facts, member: MongoMember) -> ContainerFacts | None:
    node = facts.nodes.get(member.node)
    if not isinstance(node, Known) or not isinstance(node.value.engine, Known):
        return None
    containers = node.value.engine.value.containers
    if not isinstance(containers, Known):
        return None
    return next((each for each in containers.value if each.inspect.id == member.container), None)


CHECK = Check(
    id="mongo-not-published",
    title="No database member is published outside its own network",
    area=Area.MONGO,
    severity=Severity.CRITICAL,
    level=1,
    refs=cis_mongodb("6.1"),
    rationale="Open databases are found by scanners within the hour; a port nobody can reach needs no odd number.",
    remediation="Remove `ports:` and the network `host` from the service; reach members through `harden` or a "
    "container on their network.",
    evaluate=evaluate,
)
