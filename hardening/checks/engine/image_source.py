"""Where do the images that run come from?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, manual, passed
from hardening.model.engine import Image
from hardening.model.facts import Facts


def judge(facts: Facts, image: UsedImage) -> Answer:
    """An image that no registry knows was built or loaded by hand; whom a registry belongs to, a person knows."""
    return given(image.record, lambda record: _judge(facts, image, record))


def _judge(facts: Facts, image: UsedImage, record: Image) -> Answer:
    allowed = facts.allowed_registries
    expected = f"a registry of {', '.join(allowed)}" if allowed else "`allowed_registries` in harden.yml"
    if not [digest for digest in record.repo_digests or () if "<none>" not in digest]:
        return failed("no registry knows it: it was built or loaded on the node", "an image from a vetted registry")
    if allowed is None:
        return manual(f"comes from {image.registry}: is it to be trusted?", expected)
    return (passed if image.registry in allowed else failed)(f"comes from {image.registry}", expected)


CHECK = Check(
    id="engine-image-source",
    title="Images come from registries that somebody vetted",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=1,
    refs=cis_docker("4.2"),
    rationale="An image is a program that strangers wrote; where it came from is all that one knows of it beforehand.",
    remediation="Push images to a registry of your own and name it under `allowed_registries` in harden.yml.",
    evaluate=per_image(judge),
)
