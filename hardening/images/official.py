"""Builds images on official bases, through a local engine, and takes them over into the same store."""

import tarfile
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import FailedError, HardenError
from hardening.hosts import process

from .contents import refuse
from .image import BuiltImage, Progress, Report
from .layout import Configuration, demand, manifest_of
from .recipe import roles as all_roles
from .store import CONFIG_TYPE, LAYER_TYPE, BlobStore

BUILD_SECONDS = 3600
_SAVE_SECONDS = 600


class _Saved(Struct, frozen=True, rename="pascal"):
    """An image in `manifest.json` of what `docker save` writes, in every engine's version of it."""

    config: str
    layers: tuple[str, ...]


def commands(
    roles: Iterable[str], project_root: Path, *, bases: Mapping[str, str] | None = None, project: str = "nodepop"
) -> dict[str, tuple[str, ...]]:
    """The `docker build` command of each role.

    Args:
        roles: folders of `stack/images`; empty for all.
        project_root: folder that has `stack/`.
        bases: build arguments, such as `MONGO_BASE` -> `mongo:8.0@sha256:…`, in place of the Dockerfiles' defaults.
        project: first part of the images' names.
    """
    context = project_root / "stack"
    words = [word for name, value in sorted((bases or {}).items()) for word in ("--build-arg", f"{name}={value}")]
    return {
        role: (
            *("docker", "build", "--file", str(context / "images" / role / "Dockerfile")),
            *("--tag", f"{project}/{role}", *words, str(context)),
        )
        for role in tuple(roles) or all_roles(context / "images")
    }


def engine_answers() -> bool:
    """Whether this machine has an engine that builds."""
    return process.run(("docker", "version", "--format", "{{.Server.Version}}"), timeout=30).ok


def build(builds: Mapping[str, tuple[str, ...]], cache: Path, report: Report) -> dict[str, BuiltImage]:
    """Carry out the commands and take the images over.

    Args:
        builds: from `commands`.
        cache: folder for layers and results.
        report: told how it proceeds.

    Raises:
        FailedError: a build failed; with the engine's last words.
    """
    store = BlobStore(cache / "official")
    images: dict[str, BuiltImage] = {}
    for role, argv in builds.items():
        started = time.monotonic()
        report(Progress(role, "building through the engine"))
        result = process.run(argv, timeout=BUILD_SECONDS)
        if not result.ok:
            raise FailedError(f"image {role}: docker build failed: {result.complaint}", f"try it: {' '.join(argv)}")
        with tempfile.TemporaryDirectory(prefix="harden-", dir=store.folder) as scratch:
            saved = Path(scratch) / "image.tar"
            _save(argv[argv.index("--tag") + 1], saved)
            image = take_over(role, saved, store)
        images[role] = msgspec.structs.replace(image, seconds=time.monotonic() - started)
    store.record(list(images.values()))
    return images


def _save(tag: str, file: Path) -> None:
    done = process.run(("docker", "save", "--output", str(file), tag), timeout=_SAVE_SECONDS)
    if not done.ok:
        raise FailedError(f"docker save {tag} failed: {done.complaint}")


def take_over(role: str, saved: Path, store: BlobStore) -> BuiltImage:
    """Put what `docker save` wrote into a store, as the same image with a manifest of ours.

    Raises:
        HardenError: the archive has not exactly one image, or that one would run as root.
        FailedError: it contains what none may.
    """
    with tarfile.open(saved) as archive:

        def content(name: str) -> bytes:
            member = archive.extractfile(name)
            return member.read() if member else b""

        found = msgspec.json.decode(content("manifest.json"), type=tuple[_Saved, ...])
        if len(found) != 1:
            raise HardenError(f"{saved} has {len(found)} images, not one")
        config = content(found[0].config)
        layers = tuple(store.put(content(name), LAYER_TYPE) for name in found[0].layers)
    configuration = msgspec.json.decode(config, type=Configuration)
    if tuple(layer.digest for layer in layers) != configuration.rootfs.diff_ids:
        raise HardenError(f"image {role}: the engine saved layers that are not those of its configuration")
    demand(role, configuration.config)
    for layer in layers:
        refuse(role, store.read_layer(layer, "/"))
    return manifest_of(store, role, store.put(config, CONFIG_TYPE), layers)
