"""What a built image is."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct


class Blob(Struct, frozen=True, rename="camel"):
    """Bytes in the store.

    Attributes:
        media_type: as a manifest names it.
        digest: `sha256:` and 64 hexadecimal digits.
        size: in bytes.
    """

    media_type: str
    digest: str
    size: int


class BuiltImage(Struct, frozen=True):
    """An image in the OCI layout at `layout`.

    Attributes:
        role: folder it was built from, and last part of its repository's name.
        digest: of its manifest; equal inputs give an equal digest.
        layout: folder with `oci-layout`, `index.json` and `blobs/`.
        manifest: the manifest's own blob.
        config: the configuration's blob.
        layers: uncompressed tar files, lowest first.
        packed: the same, compressed, as the manifest names them.
        cached: whether the big layers were there from an earlier build.
        seconds: the build took.
    """

    role: str
    digest: str
    layout: Path
    manifest: Blob
    config: Blob
    layers: tuple[Blob, ...]
    packed: tuple[Blob, ...]
    cached: bool = False
    seconds: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of all layers, uncompressed."""
        return sum(layer.size for layer in self.layers)


class Progress(Struct, frozen=True):
    """Where the work stands.

    Attributes:
        role: image being worked on; empty while it is about all of them.
        message: what is being done.
        done: bytes, when they can be counted.
        total: bytes, 0 when they can't.
    """

    role: str
    message: str
    done: int = 0
    total: int = 0


Report = Callable[[Progress], None]
"""Is told how the work proceeds, from the thread that does it."""
