"""Do old images pile up?"""

from hardening.checks.vocabulary import Answer, Area, Check, Severity, cis_docker, failed, given, passed, per_engine
from hardening.model.engine import Image
from hardening.model.facts import EngineFacts, NodeFacts

MOST = 10
"""Images without a name or digest; some are left between a build or pull and the next cleaning."""


def judge(_machine: NodeFacts, engine: EngineFacts) -> Answer:
    """Count those that no name leads to any more."""

    def read(images: tuple[Image, ...]) -> Answer:
        nameless = [image for image in images if not _names(image)]
        size = sum(image.size for image in nameless) / 2**20
        observed = f"{len(nameless)} of {len(images)} images have no name ({size:.0f} MiB)"
        return (passed if len(nameless) <= MOST else failed)(observed, f"at most {MOST}")

    return given(engine.images, read)


def _names(image: Image) -> list[str]:
    return [name for name in (*(image.repo_tags or ()), *(image.repo_digests or ())) if "<none>" not in name]


CHECK = Check(
    id="engine-dangling-images",
    title="Images that nothing refers to are cleared away",
    area=Area.ENGINE,
    severity=Severity.LOW,
    level=1,
    refs=cis_docker("6.1"),
    rationale="They fill the disk, and an old image with a known hole is one `docker run` away.",
    remediation="`docker image prune` on a timer.",
    evaluate=per_engine(judge),
)
