"""Did a build bring files in by ADD?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, not_applicable, passed
from hardening.model.facts import Facts, ImageBuild


def judge(_facts: Facts, image: UsedImage) -> Answer:
    """By the image's history; its first step is the base's own file system, which comes no other way."""

    def read(build: ImageBuild) -> Answer:
        if not build.steps:
            return not_applicable("it has no build steps: no build file made it")
        found = ", ".join(map(str, build.adds))
        observed = f"ADD in step {found} of {build.steps}" if found else f"none in {build.steps} steps"
        return (failed if found else passed)(observed, "COPY only")

    return given(image.build, read)


CHECK = Check(
    id="engine-image-add",
    title="Image builds copy files, and fetch or unpack none with ADD",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("4.9"),
    rationale="ADD fetches from addresses without a checksum, and unpacks archives wherever their paths say.",
    remediation="`COPY` for files; for a download, fetch it in a build stage and compare its checksum.",
    evaluate=per_image(judge),
)
