"""Was a secret passed to a build as an argument?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.secret_names import looks_secret
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, not_applicable, passed
from hardening.model.facts import Facts, ImageBuild


def judge(_facts: Facts, image: UsedImage) -> Answer:
    """By the names of the arguments in its history; their values stayed on the node."""

    def read(build: ImageBuild) -> Answer:
        if not build.steps:
            return not_applicable("it has no build steps: no build file made it")
        found = ", ".join(name for name in build.arguments if looks_secret(name))
        expected = "no argument named like a secret"
        return failed(found, expected) if found else passed(f"none of {len(build.arguments)} arguments", expected)

    return given(image.build, read)


CHECK = Check(
    id="engine-image-build-secrets",
    title="No image was built with a secret as an argument",
    area=Area.ENGINE,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("4.10"),
    rationale="Arguments stay in the image's history, which everybody who can pull it can read.",
    remediation="`RUN --mount=type=secret,id=NAME …`; then replace the secret, for the image is out.",
    evaluate=per_image(judge),
)
