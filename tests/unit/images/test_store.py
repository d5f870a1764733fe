"""The store: equal trees are equal bytes, and nothing is lost while others build."""

import gzip
import hashlib
import os
import tarfile
import time
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from hardening.errors import HardenError
from hardening.images import BuiltImage, recorded
from hardening.images.dockerfile import FinalStage
from hardening.images.layout import assemble
from hardening.images.store import BlobStore, write_tar
from hardening.images.tree import Entry, File, Folder, Link, Tree

ENTRIES: dict[str, Entry] = {
    "/usr/bin/tool": File(b"tool", 0o755),
    "/data/db": Folder(0o755, 999, 999),
    "/lib": Link("usr/lib"),
    "/deep/" + "long-name/" * 20 + "file": File(b"deep"),
}
CONFIG: dict[str, object] = {"User": "9:9", "Entrypoint": ["/a"], "Healthcheck": {"Test": ["CMD", "/a"]}}


def tree(paths: list[str]) -> Tree:
    made = Tree()
    for path in paths:
        made.add(path, ENTRIES[path])
    return made


def tar(made: Tree) -> bytes:
    out = BytesIO()
    write_tar(made, out)
    return out.getvalue()


def image(store: BlobStore, role: str, layer: Tree) -> BuiltImage:
    return assemble(store, role, FinalStage((), CONFIG), (store.put_layer(layer),), "amd64")


def test_the_order_of_adding_does_not_show() -> None:
    assert tar(tree(list(ENTRIES))) == tar(tree(list(reversed(ENTRIES))))


def test_other_content_of_the_same_size_has_another_time() -> None:
    """Or a browser would keep the old page: entity tags are made of time and size."""
    times = []
    for content in (b"one", b"two"):
        made = Tree()
        made.add("/page", File(content))
        with tarfile.open(fileobj=BytesIO(tar(made))) as archive:
            times.append(archive.getmember("page").mtime)
    assert times[0] != times[1]
    assert all(0 <= seconds < 1 << 24 for seconds in times)


def test_a_layer_reads_back_as_it_was_written(tmp_path: Path) -> None:
    store, made = BlobStore(tmp_path), tree(list(ENTRIES))
    assert list(store.read_layer(store.put_layer(made), "/")) == list(made)
    assert [path for path, _ in store.read_layer(store.put_layer(made), "/data/")] == ["/data", "/data/db"]


def test_a_blob_is_named_by_its_content(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    blob = store.put(b"content", "text/plain")
    assert blob.digest == f"sha256:{hashlib.sha256(b'content').hexdigest()}"
    assert store.path(blob).read_bytes() == b"content"
    assert store.has(blob)


def test_a_truncated_blob_does_not_count(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    blob = store.put(b"content", "text/plain")
    store.path(blob).write_bytes(b"cont")
    assert not store.has(blob)


def test_equal_inputs_give_equal_digests(tmp_path: Path) -> None:
    first, second = (image(BlobStore(tmp_path / name), "web", tree(list(ENTRIES))) for name in ("one", "two"))
    assert first.digest == second.digest
    manifest = msgspec.json.decode(BlobStore(tmp_path / "one").path(first.manifest).read_bytes())
    assert manifest["layers"][0]["digest"] == first.packed[0].digest
    config = msgspec.json.decode(BlobStore(tmp_path / "one").path(first.config).read_bytes())
    assert config["rootfs"]["diff_ids"] == [first.layers[0].digest]
    assert config["config"] == CONFIG


def test_a_layer_is_packed_without_loss_and_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    layer = store.put_layer(tree(list(ENTRIES)))
    packed = store.packed(layer)
    assert gzip.decompress(store.path(packed).read_bytes()) == store.path(layer).read_bytes()
    assert packed.media_type == "application/vnd.oci.image.layer.v1.tar+gzip"
    written = store.path(packed).stat().st_ino
    assert store.packed(layer) == packed
    assert store.path(packed).stat().st_ino == written
    store.path(packed).unlink()
    assert store.packed(layer) == packed
    assert store.has(packed)


def test_what_is_recorded_is_what_was_built(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    built = image(store, "web", tree(list(ENTRIES)))
    store.record([built])
    assert recorded(store) == (msgspec.structs.replace(built, cached=True),)
    store.path(built.layers[0]).unlink()
    assert recorded(store) == ()


def test_recorded_images_stay_beside_new_ones(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    web, old = image(store, "web", tree(["/lib"])), image(store, "db", tree(["/lib"]))
    store.record([web, old])
    new = image(store, "db", tree(["/data/db"]))
    store.record([new])
    assert {each.role: each.digest for each in recorded(store)} == {"web": web.digest, "db": new.digest}


def test_blobs_that_nobody_used_for_weeks_go(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    old, used = store.put(b"old", "x"), store.put(b"used", "x")
    long_ago = time.time() - 30 * 86400
    for blob in (old, used):
        os.utime(store.path(blob), (long_ago, long_ago))
    assert store.has(used)
    store.record([])
    assert (store.path(old).exists(), store.path(used).exists()) == (False, True)


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("User", "would run as root"),
        ("Healthcheck", "has no HEALTHCHECK"),
        ("Entrypoint", "has no ENTRYPOINT"),
    ],
)
def test_an_image_that_lacks_something_is_refused(tmp_path: Path, missing: str, complaint: str) -> None:
    config = {key: value for key, value in CONFIG.items() if key != missing}
    with pytest.raises(HardenError, match=complaint):
        assemble(BlobStore(tmp_path), "web", FinalStage((), config), (), "amd64")


@pytest.mark.parametrize("user", ["0", "0:0", "999:0", "root", "", "00:9"])
def test_root_is_refused_as_user_and_as_group(tmp_path: Path, user: str) -> None:
    with pytest.raises(HardenError, match="would run as root"):
        assemble(BlobStore(tmp_path), "web", FinalStage((), CONFIG | {"User": user}), (), "amd64")
