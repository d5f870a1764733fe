"""Was a role's profile recorded with the image that runs?"""

from hardening.checks.roles import Running, per_role
from hardening.checks.verdict import listed
from hardening.checks.vocabulary import Area, Check, Known, Severity, Verdict, failed, not_applicable, passed
from hardening.model.facts import ContainerFacts, EngineFacts, Facts

EXPECTED = "a recording made with each image that runs"


def judge(facts: Facts, role: str, running: Running) -> Verdict:
    """Digests and ids of the role's images against those that its recordings name."""
    if facts.evidence is None:
        return not_applicable("there is no project folder whose recordings could be compared")
    recorded = set(facts.evidence.get(role, ()))
    if not recorded:
        return failed("no recording of the role names an image", EXPECTED)
    images = {_name(container): _identities(engine, container) for engine, container in running}
    stale = sorted(name for name, identities in images.items() if not identities & recorded)
    if stale:
        return failed(f"not recorded: {listed(stale)}", EXPECTED)
    return passed(f"recorded: {listed(sorted(images))}", EXPECTED)


def _name(container: ContainerFacts) -> str:
    return f"{container.inspect.config.image.partition('@')[0]} {container.inspect.image[7:19]}"


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
    evaluate=per_role(judge),
)
