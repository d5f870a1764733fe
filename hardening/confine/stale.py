"""Tells whether the evidence for a role is about the image that runs."""

from collections.abc import Iterable

from .generate import Composed


def problems(composed: Composed, images: Iterable[str]) -> tuple[str, ...]:
    """What of the images that a role's services run is in no evidence, one sentence each.

    `images` are references by digest, such as those of images.lock.
    """
    known = composed.profile.images
    digests = {reference: reference.rpartition("@")[2] for reference in images if "@sha256:" in reference}
    said = f"recorded or analysed are {', '.join(each[:19] for each in known) or 'none that are noted'}"
    return tuple(
        f"evidence is stale: {reference} was neither recorded nor analysed ({said})"
        for reference, digest in sorted(digests.items())
        if digest not in known
    )
