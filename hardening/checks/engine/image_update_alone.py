"""Did a build refresh the package index in a step of its own?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, not_applicable, passed
from hardening.model.facts import Facts, ImageBuild


def judge(_facts: Facts, image: UsedImage) -> Answer:
    """By the image's history."""

    def read(build: ImageBuild) -> Answer:
        if not build.steps:
            return not_applicable("it has no build steps: no build file made it")
        found = ", ".join(map(str, build.lone_updates))
        observed = f"refreshed and not used in step {found}" if found else f"no such step among {build.steps}"
        return (failed if found else passed)(observed, "update and install in one step")

    return given(image.build, read)


CHECK = Check(
    id="engine-image-update-alone",
    title="Image builds refresh the package index in the step that installs",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("4.7"),
    rationale="A step of its own is cached: later builds install from an old index, with its old holes.",
    remediation="`RUN apt-get update && apt-get install --yes …` in one step.",
    evaluate=per_image(judge),
)
