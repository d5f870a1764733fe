"""Did a build take packages that nobody vouched for?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, manual, passed
from hardening.model.facts import Facts, ImageBuild

EXPECTED = "no option that switches the checking of packages off"


def judge(_facts: Facts, image: UsedImage) -> Answer:
    """By the options in its history: package managers check signatures unless they are told not to."""

    def read(build: ImageBuild) -> Answer:
        if not build.steps:
            return manual("it has no build steps: how were its packages checked?", EXPECTED)
        found = ", ".join(build.unverified)
        return failed(found, EXPECTED) if found else passed(f"none in {build.steps} steps", EXPECTED)

    return given(image.build, read)


CHECK = Check(
    id="engine-image-packages-verified",
    title="Image builds do not switch off the checking of what they install",
    area=Area.ENGINE,
    severity=Severity.MEDIUM,
    level=2,
    refs=cis_docker("4.11"),
    rationale="A package that nobody signed is whatever the network handed out on the day of the build.",
    remediation="Remove the option from the build file; import the repository's key, or compare a checksum.",
    evaluate=per_image(judge),
)
