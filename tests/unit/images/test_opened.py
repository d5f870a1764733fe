"""A finished image read layer over layer."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.images import saved
from hardening.images.opened import ImageConfig, Layers

Member = tuple[str, str]
"""Name, and content; `-> target` makes a link, `= name` a hard link, a name that ends in `/` a folder."""


def _layer(*members: Member) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name.rstrip("/"))
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            elif content.startswith("-> "):
                member.type, member.linkname = tarfile.SYMTYPE, content[3:]
            elif content.startswith("= "):
                member.type, member.linkname = tarfile.LNKTYPE, content[2:]
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()) if member.isreg() else None)
    return out.getvalue()


LAYER = _layer(("usr/bin/tool", "x"))


def _laid(*layers: tuple[Member, ...]) -> Layers:
    return Layers([tarfile.open(fileobj=io.BytesIO(_layer(*members))) for members in layers])


def test_an_upper_layer_replaces_removes_and_empties() -> None:
    files = _laid(
        (("etc/", ""), ("etc/a", "1"), ("etc/b", "1"), ("opt/x/1", "1"), ("opt/y/1", "1")),
        (("etc/a", "2"), ("etc/.wh.b", ""), ("opt/x/.wh..wh..opq", ""), ("opt/x/2", "2"), ("opt/.wh.y", "")),
    )
    assert {path: files.read(path) for path in files.paths()} == {"/etc/a": b"2", "/opt/x/2": b"2"}


def test_links_are_followed_inside_the_image_only() -> None:
    files = _laid(
        (
            ("usr/bin/tool", "x"),
            ("bin", "-> usr/bin"),
            ("usr/bin/alias", "-> ../../../../usr/bin/tool"),
            ("usr/bin/same", "= usr/bin/tool"),
            ("round", "-> round"),
            ("away", "-> ../../../etc/hostname"),
        )
    )
    assert files.real("/bin/alias") == "/usr/bin/tool"
    assert files.read("/usr/bin/same") == b"x"
    assert files.real("/round") is None
    assert files.real("/away") is None
    assert files.real("/usr/bin") is None


def test_a_link_that_an_upper_layer_makes_a_file_is_one() -> None:
    files = _laid((("a", "-> b"), ("b", "1")), (("a", "2"),))
    assert files.real("/a") == "/a"


def test_a_folder_that_takes_the_place_of_a_link_is_one_and_the_other_way_round() -> None:
    files = _laid(
        (("opt/a", "1"), ("app", "-> opt"), ("srv/", ""), ("srv/b", "1"), ("var/", ""), ("var/c", "1")),
        (("app/", ""), ("app/run", "2"), ("srv", "-> opt"), ("var", "2")),
    )
    assert (files.real("/app/run"), files.real("/app/a")) == ("/app/run", None)
    assert (files.real("/srv/a"), files.real("/srv/b")) == ("/opt/a", None)
    assert files.paths() == ["/app/run", "/opt/a", "/var"]


def _archive(path: Path, parts: Mapping[str, bytes] = {}, *, images: int = 1) -> Path:
    about = {"config": {"Entrypoint": ["/usr/bin/tool"]}}
    manifest = [{"Config": "abc.json", "Layers": ["l/layer.tar"]}] * images
    whole = {
        "manifest.json": json.dumps(manifest).encode(),
        "abc.json": json.dumps(about).encode(),
        "l/layer.tar": LAYER,
        **parts,
    }
    with tarfile.open(path, "w") as archive:
        for name, content in whole.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_an_archive_by_docker_save_is_opened(tmp_path: Path) -> None:
    with saved(_archive(tmp_path / "image.tar")) as image:
        assert image.digest == "sha256:abc"
        assert image.config.words == ("/usr/bin/tool",)
        assert image.files.read("/usr/bin/tool") == b"x"


@pytest.mark.parametrize("content", [b"", b"no archive", _layer(("a", "1"))])
def test_what_is_no_archive_of_an_image_is_bad_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "image.tar").write_bytes(content)
    with pytest.raises(HardenError, match="no archive of an image"), saved(tmp_path / "image.tar"):
        pass


def test_an_archive_that_was_cut_off_is_bad_input(tmp_path: Path) -> None:
    path = _archive(tmp_path / "image.tar")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(HardenError, match="no archive of an image"), saved(path):
        pass


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("l/layer.tar", gzip.compress(LAYER)[:-20]),
        ("l/layer.tar", gzip.compress(LAYER)[:40] + b"xxxxxx" + gzip.compress(LAYER)[46:]),
        ("abc.json", b"[]"),
        ("abc.json", b"[" * 100_000),
        ("abc.json", b'{"config": {"Entrypoint": "tool"}}'),
        ("manifest.json", b"[null]"),
        ("manifest.json", b'[{"Config": "abc.json", "Layers": [5]}]'),
        ("manifest.json", b"[" * 100_000),
    ],
)
def test_a_malformed_part_of_an_archive_is_bad_input(tmp_path: Path, part: str, content: bytes) -> None:
    path = _archive(tmp_path / "image.tar", {part: content})
    with pytest.raises(HardenError, match="no archive of an image"), saved(path):
        pass


@pytest.mark.parametrize("form", ["plain", "packed"])
def test_a_layer_that_is_not_what_its_digest_says_is_bad_input(tmp_path: Path, form: str) -> None:
    layer = LAYER if form == "plain" else gzip.compress(LAYER)
    digest = hashlib.sha256(layer).hexdigest()
    name = "l/layer.tar" if form == "plain" else f"blobs/sha256/{digest}"
    about = {"config": {}, "rootfs": {"diff_ids": [f"sha256:{hashlib.sha256(LAYER).hexdigest()}"]}}
    parts = {
        "manifest.json": json.dumps([{"Config": "abc.json", "Layers": [name]}]).encode(),
        "abc.json": json.dumps(about).encode(),
    }
    with saved(_archive(tmp_path / "whole.tar", {**parts, name: layer})) as image:
        assert image.files.read("/usr/bin/tool") == b"x"
    at = len(layer) // 2
    damaged = layer[:at] + bytes([layer[at] ^ 1]) + layer[at + 1 :]
    path = _archive(tmp_path / "image.tar", {**parts, name: damaged})
    with pytest.raises(HardenError, match="is damaged"), saved(path):
        pass


def test_one_image_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="has 2 images"), saved(_archive(tmp_path / "image.tar", images=2)):
        pass


def test_everything_an_image_starts_is_looked_at() -> None:
    config = ImageConfig(
        entrypoint=("/entry.sh",),
        cmd=("sh", "-c", "exec web --port 80"),
        env=("PATH=/bin", "LD_LIBRARY_PATH=/opt/lib:/opt/more"),
        healthcheck=None,
    )
    assert {"/entry.sh", "sh", "web"} <= set(config.words)
    assert config.library_folders == ("/opt/lib", "/opt/more")
    assert config.program_folders == ("/bin",)
    assert config.started == ("/entry.sh",)


def test_a_service_changes_what_its_image_starts() -> None:
    config = ImageConfig(("/entry.sh",), ("serve",), ("PATH=/bin",), working_dir="/srv")
    assert config.under({}) == config
    assert config.under({"command": "web --port 80"}).words == ("/entry.sh", "web", "--port", "80")
    assert config.under({"entrypoint": ["/own", "-x"]}).words == ("/own", "-x")
    asked = config.under({"healthcheck": {"test": "curl -f localhost"}})
    assert {"/bin/sh", "curl"} <= set(asked.words)
    assert config.under({"command": "web", "healthcheck": {"test": ["CMD", "ask"]}}).started == ("/entry.sh", "ask")
    assert ImageConfig().under({"command": "web"}).started == ("web",)
    assert config.under({"healthcheck": {"test": ["CMD", "ask"]}}).words == ("/entry.sh", "serve", "ask")
    assert asked.under({"healthcheck": {"disable": True}}).words == config.words
    moved = config.under({"working_dir": "/opt/app", "environment": {"PATH": "/opt/bin:/bin"}})
    assert (moved.working_dir, moved.program_folders) == ("/opt/app", ("/opt/bin", "/bin", "/bin"))
    assert config.under({"environment": ["PATH=/opt/bin"]}).program_folders == ("/opt/bin", "/bin")
