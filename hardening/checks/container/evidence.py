"""Was a role's profile recorded with the image that runs?"""

from collections.abc import Iterator

from hardening.checks.policy import NodePolicy, read_policy
from hardening.checks.subjects import all_read, hidden
from hardening.checks.verdict import listed
from hardening.checks.vocabulary import (
    Area,
    Check,
    Known,
    Outcome,
    Severity,
    Unavailable,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from hardening.model.facts import ContainerFacts, EngineFacts, Facts, NodeFacts

EXPECTED = "a recording made with each image that runs"


def evaluate(facts: Facts) -> Iterator[Outcome]:
    """Digests and ids of each role's images against those that its recordings name."""
    yield from hidden(facts)
    roles: dict[str, dict[str, frozenset[str]]] = {}
    whole = all_read(facts)
    for name, node in facts.nodes.items():
        if isinstance(node, Known):
            policy = read_policy(node.value)
            if isinstance(policy, Unavailable):
                whole = False
                yield unknown(policy.reason).about(name, name)
            elif policy.value is not None:
                _collect(node.value, policy.value, roles)
    if not roles and whole:
        yield not_applicable("no container runs under a role's profile").about("cluster")
    for role, images in sorted(roles.items()):
        yield _judge(facts, role, images).about(f"role {role}")


def _judge(facts: Facts, role: str, images: dict[str, frozenset[str]]) -> Verdict:
    if facts.evidence is None:
        return not_applicable("there is no project folder whose recordings could be compared")
    recorded = set(facts.evidence.get(role, ()))
    if not recorded:
        return failed("no recording of the role names an image", EXPECTED)
    stale = sorted(name for name, identities in images.items() if not identities & recorded)
    if stale:
        return failed(f"not recorded: {listed(stale)}", EXPECTED)
    return passed(f"recorded: {listed(sorted(images))}", EXPECTED)


def _collect(machine: NodeFacts, policy: NodePolicy, roles: dict[str, dict[str, frozenset[str]]]) -> None:
    """Note the images of a node's containers that the policy gives a role: by name, with all that each is called."""
    if not isinstance(machine.engine, Known) or not isinstance(machine.engine.value.containers, Known):
        return
    for container in machine.engine.value.containers.value:
        if role := policy.role_of(container):
            name = f"{container.inspect.config.image.partition('@')[0]} {container.inspect.image[7:19]}"
            roles.setdefault(role, {})[name] = _identities(machine.engine.value, container)


def _identities(engine: EngineFacts, container: ContainerFacts) -> frozenset[str]:
    called = {container.inspect.image, container.inspect.config.image.rpartition("@")[2]}
    if isinstance(engine.images, Known):
        for image in engine.images.value:
            if image.id == container.inspect.image:
                called |= {name.rpartition("@")[2] for name in image.repo_digests or ()}
    return frozenset(name for name in called if name.startswith("sha256:"))


CHECK = Check(
    id="container-evidence",
    title="Each role's profile was recorded with the image that runs",
    area=Area.CONTAINER,
    severity=Severity.LOW,
    level=2,
    refs=(),
    rationale="A profile describes the image it was recorded with: a new one may need more and fail, or need less.",
    remediation="Record the role anew with the image that is deployed, and run `harden profile build ROLE`.",
    evaluate=evaluate,
)
