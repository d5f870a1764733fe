"""An image's configuration and manifest, by the OCI image specification."""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hardening.errors import HardenError

from .dockerfile import FinalStage
from .image import Blob, BuiltImage
from .store import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, BlobStore

_CREATED = "1970-01-01T00:00:00Z"
"""A build's hour would give the same files another digest every time."""


class Rootfs(Struct, frozen=True):
    """The digests of an image's layers as they are uncompressed, lowest first."""

    diff_ids: tuple[str, ...]


class Configuration(Struct, frozen=True):
    """What of an image's configuration is read back."""

    rootfs: Rootfs
    config: dict[str, object]


def assemble(store: BlobStore, role: str, final: FinalStage, layers: tuple[Blob, ...], architecture: str) -> BuiltImage:
    """Write configuration and manifest for layers that are in the store.

    Raises:
        HardenError: see `demand`.
    """
    demand(role, final.config)
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": _CREATED,
        "config": final.config,
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "history": [{"created": _CREATED, "created_by": "harden images build"} for _ in layers],
    }
    return manifest_of(store, role, store.put(msgspec.json.encode(config, order="deterministic"), CONFIG_TYPE), layers)


def manifest_of(store: BlobStore, role: str, config: Blob, layers: tuple[Blob, ...]) -> BuiltImage:
    """Write the manifest over a configuration and layers that are in the store."""
    packed = tuple(store.packed(layer) for layer in layers)
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": config,
        "layers": packed,
    }
    manifest = store.put(msgspec.json.encode(content), MANIFEST_TYPE)
    return BuiltImage(role, manifest.digest, store.folder, manifest, config, layers, packed)


def demand(role: str, config: Mapping[str, object]) -> None:
    """Raise HardenError when a configuration lets the service run as root, or has no health check or entry point."""
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(config.get("User", ""))):
        raise HardenError(f"image {role} would run as root", "give the Dockerfile a USER with numbers, such as 999:999")
    for key, instruction in (("Healthcheck", "HEALTHCHECK"), ("Entrypoint", "ENTRYPOINT")):
        if key not in config:
            raise HardenError(f"image {role}: its Dockerfile has no {instruction}")


def recorded(store: BlobStore) -> tuple[BuiltImage, ...]:
    """The images that a store has whole, by role."""
    images = []
    for entry in store.index():
        manifest = Blob(entry.media_type, entry.digest, entry.size)
        content = msgspec.json.decode(store.path(manifest).read_bytes(), type=_Manifest)
        plain = msgspec.json.decode(store.path(content.config).read_bytes(), type=Configuration).rootfs.diff_ids
        layers = tuple(layer for digest in plain if (layer := store.kept(digest, LAYER_TYPE)))
        if len(layers) < len(plain):
            continue
        images.append(
            BuiltImage(
                entry.role, entry.digest, store.folder, manifest, content.config, layers, content.layers, cached=True
            )
        )
    return tuple(images)


class _Manifest(Struct, frozen=True):
    config: Blob
    layers: tuple[Blob, ...]
