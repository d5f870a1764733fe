"""Does an image hold what only builders and intruders use?"""

from hardening.checks.images import UsedImage, per_image
from hardening.checks.verdict import listed
from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, unknown
from hardening.model.facts import Facts, ImagePrograms

EXPECTED = "no package manager, compiler, debugger or remote shell"


def judge(_facts: Facts, image: UsedImage) -> Answer:
    """The usual folders of programs, as one of its containers sees them."""

    def read(programs: ImagePrograms) -> Answer:
        if programs.tools:
            return failed(listed(programs.tools), EXPECTED)
        if not programs.count:
            return unknown("its folders of programs are empty or elsewhere")
        return passed(f"none among {programs.count} programs", EXPECTED)

    return given(image.programs, read)


CHECK = Check(
    id="engine-image-tools",
    title="Images hold no package managers, compilers, debuggers or remote shells",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("4.3"),
    rationale="An intruder who finds them need not bring any, and each is one more thing to keep without holes.",
    remediation="Build in one stage and copy the result into a slim one; `harden images build` takes what is named.",
    evaluate=per_image(judge),
)
