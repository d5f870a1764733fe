"""Tells whether the evidence for a role is about the image that runs."""

from collections.abc import Iterable, Iterator

from .sources import Sources


def problems(sources: Sources, images: Iterable[str]) -> tuple[str, ...]:
    """What of the images that a role's services run is in no evidence, one sentence each.

    `images` are references by digest, such as those of images.lock.
    """
    return tuple(
        f"evidence is stale: {reference} was neither recorded nor analysed ({_said(sources)})"
        for reference, digest in _digests(images)
        if digest not in sources.images
    )


def remarks(sources: Sources, images: Iterable[str]) -> Iterator[str]:
    """Evidence that is of several images: what was only analysed, and recordings beside the analysis of another one."""
    if sources.recordings and sources.analysis and not sources.are_of_one_image:
        yield f"recordings and analysis are not of one image, the analysis takes no call away ({_said(sources)})"
    for reference, digest in _digests(images):
        if digest in sources.analysed and digest not in sources.recorded:
            yield f"{reference} was analysed and not recorded ({_said(sources)})"


def _digests(images: Iterable[str]) -> list[tuple[str, str]]:
    return sorted((each, each.rpartition("@")[2]) for each in set(images) if "@sha256:" in each)


def _said(sources: Sources) -> str:
    kinds = {"recorded": sources.recorded, "analysed": sources.analysed}
    return "; ".join(f"{kind}: {', '.join(each[:19] for each in known) or 'none'}" for kind, known in kinds.items())
