"""Is the image that runs the one whose digest the service names?"""

import re

from hardening.checks.vocabulary import (
    Answer,
    Area,
    Check,
    Place,
    Severity,
    Verdict,
    cis_docker,
    failed,
    given,
    not_applicable,
    passed,
    per_container,
    unknown,
)
from hardening.model.engine import Image

EXPECTED = "the digest it was started with"
DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")


def judge(place: Place) -> Answer:
    """The digest asked for against those that the engine keeps of the image it really started.

    A container may be started by the image's id instead, which is a digest of its own.
    """
    name = place.container.inspect.config.image
    if name == place.container.inspect.image:
        return passed(f"runs {name[7:19]}, by its id", EXPECTED)
    wanted = DIGEST.search(name)
    if wanted is None and place.task is not None:
        return not_applicable("its image is not named by digest; see swarm-image-pinned")
    if wanted is None:
        return failed(f"asked for {name or 'no name'}, which may mean another image tomorrow", EXPECTED)
    return given(place.engine.images, lambda images: _judge(place, wanted[1], images))


def _judge(place: Place, digest: str, images: tuple[Image, ...]) -> Verdict:
    running = place.container.inspect.image
    image = next((each for each in images if each.id == running), None)
    if image is None:
        return unknown(f"the engine does not list the image {running[7:19]} that it runs")
    known = [name.rpartition("@")[2] for name in image.repo_digests or ()]
    if running == digest or digest in known:
        return passed(f"runs {digest[7:19]}", EXPECTED)
    seen = ", ".join(each[7:19] for each in known) or "no digest"
    return failed(f"asked for {digest[7:19]}, runs {running[7:19]} ({seen})", EXPECTED)


CHECK = Check(
    id="container-image-pulled",
    title="The image that runs is the one whose digest was asked for",
    area=Area.CONTAINER,
    severity=Severity.HIGH,
    level=1,
    refs=cis_docker("4.12", "5.28"),
    rationale="A digest in a definition says what is meant; only the engine's own record shows what was started.",
    remediation="`docker service update --force SERVICE`; if it differs again, compare the node's images by hand. "
    "Start plain containers by `NAME@sha256:DIGEST`.",
    evaluate=per_container(judge),
)
