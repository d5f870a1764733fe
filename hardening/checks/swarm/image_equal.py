"""Do all tasks of a service run the same image?"""

from collections.abc import Iterator

from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    cis_docker,
    failed,
    not_applicable,
    passed,
    unknown,
)
from hardening.model.facts import Facts, NodeFacts


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """Compare image ids of running containers, service by service, over all nodes."""
    images: dict[str, dict[str, list[str]]] = {}
    hidden: list[str] = []
    for name, node in facts.nodes.items():
        reason = _collect(name, node.value, images) if isinstance(node, Known) else node.reason
        if reason:
            hidden.append(name)
            yield unknown(reason).about(name, name)
    if not images and not hidden and facts.nodes:
        yield not_applicable("no container of a service was seen").about("cluster")
    for service, found in sorted(images.items()):
        seen = "; ".join(f"{image[7:19]} on {', '.join(sorted(set(nodes)))}" for image, nodes in found.items())
        if len(found) == 1 and hidden:
            yield unknown(f"{seen}; other tasks may run on {', '.join(hidden)}, which was not seen").about(service)
            continue
        yield (passed if len(found) == 1 else failed)(seen, "one image on all nodes").about(service)


def _collect(name: str, machine: NodeFacts, images: dict[str, dict[str, list[str]]]) -> str:
    """Note the images of a node's tasks; answers why it could not."""
    if not isinstance(machine.engine, Known):
        return machine.engine.reason
    containers = machine.engine.value.containers
    if not isinstance(containers, Known):
        return containers.reason
    for container in containers.value:
        if container.service:
            images.setdefault(container.service, {}).setdefault(container.inspect.image, []).append(name)
    return ""


CHECK = Check(
    id="swarm-image-equal",
    title="All tasks of a service run the same image",
    area=Area.SWARM,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("5.28"),
    rationale="Under one name, nodes may hold different images; the odd one out is stale, or planted.",
    remediation="Pin the image by digest and `docker service update --force SERVICE`.",
    evaluate=evaluate,
)
