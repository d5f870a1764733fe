"""`harden profile analyse`, called as a user does, on a small image of real programs."""

from __future__ import annotations

import io
import json
import platform
import shutil
import subprocess
import tarfile
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner

from hardening.cli.profile import app
from hardening.errors import HardenError

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 code is read")

POLICY = "description: A shop\nabstractions: [libc]\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with /bin/true and the libraries it asks for."""
    root = tmp_path / "image"
    listed = subprocess.run(["ldd", "/bin/true"], capture_output=True, text=True, check=True, timeout=60).stdout
    needed = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
    for path in ("/bin/true", *needed):
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path.lstrip("/"))
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "project/profiles/web"
    place.mkdir(parents=True)
    (place / "policy.yml").write_text(POLICY)
    (tmp_path / "project/harden.yml").write_text("name: shop\nstacks: {}\n")
    (tmp_path / "project/inventory.yml").write_text("nodes: [{name: one, address: 127.0.0.1, role: manager}]\n")
    return tmp_path / "project"


def _run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["analyse", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def test_a_folder_is_analysed_and_the_answer_kept_for_a_role(image: Path, project: Path) -> None:
    code, text = _run(image, "--program", "/bin/true", "--role", "web", "--project", project)
    assert code == 0
    kept = project / "profiles/web/analysis.json"
    assert str(kept) in text
    first = kept.read_bytes()
    assert "exit_group" in json.loads(first)["syscalls"]
    _run(image, "--program", "/bin/true", "--role", "web", "--project", project)
    assert kept.read_bytes() == first


def _archive(image: Path, path: Path) -> Path:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        archive.add(image, arcname=".")
    about = {"config": {"Entrypoint": ["/bin/true"], "Healthcheck": {"Test": ["CMD", "true"]}}}
    manifest = [{"Config": "c.json", "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as archive:
        for name, content in (
            ("c.json", json.dumps(about).encode()),
            ("layer.tar", layer.getvalue()),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_service_is_followed_from_its_own_command(
    image: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image / "opt").mkdir()
    shutil.copy("/bin/true", image / "opt/serve")
    archive = _archive(image, tmp_path / "image.tar")
    (project / "stack.yml").write_text(
        "services:\n  shop:\n    image: registry.example.org/shop@sha256:1\n    x-harden: {profile: web}\n"
        "    working_dir: /opt\n    entrypoint: ./serve --all\n    healthcheck: {disable: true}\n"
    )
    (project / "harden.yml").write_text("name: shop\nstacks: {shop: {file: stack.yml}}\n")

    class _Engine:
        def save(self, reference: str, file: IO[bytes]) -> str:
            assert reference == "registry.example.org/shop@sha256:1"
            file.write(archive.read_bytes())
            return "sha256:" + "1" * 64

    monkeypatch.setattr("hardening.hosts.connect", lambda _: nullcontext({"one": None}))
    monkeypatch.setattr("hardening.hosts.engine.engine", lambda _: nullcontext(_Engine()))
    assert _run("shop", "--project", project)[0] == 0
    kept = json.loads((project / "profiles/web/analysis.json").read_text())
    assert (kept["programs"], kept["image"]) == (["/opt/serve"], "sha256:" + "1" * 64)


def test_an_archive_gives_what_the_folder_gives(image: Path, project: Path, tmp_path: Path) -> None:
    _archive(image, tmp_path / "image.tar")
    packed = json.loads(_run(tmp_path / "image.tar", "--project", project, "--json")[1])
    plain = json.loads(_run(image, "--program", "/bin/true", "--project", project, "--json")[1])
    assert packed["image"] == "sha256:c"
    assert packed["syscalls"] == plain["syscalls"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("IMAGE",), "no program to follow"),
        (("IMAGE", "--program", "/bin/none"), "there is no such file in the image"),
        (("nothing-of-that-name", "--project", "/nonexistent"), "no folder, no archive"),
        (("IMAGE", "--program", "/bin/foreign"), "code for EM_AARCH64"),
    ],
)
def test_what_cannot_be_read_is_bad_input_and_leaves_no_answer(
    image: Path, project: Path, words: tuple[str, ...], complaint: str
) -> None:
    header = bytearray((image / "bin/true").read_bytes())
    header[18] = 183  # e_machine
    (image / "bin/foreign").write_bytes(header)
    given = [str(image) if word == "IMAGE" else word for word in words]
    if "--project" not in given:
        given += ["--project", str(project), "--role", "web"]
    with pytest.raises(HardenError, match=complaint):
        _run(*given)
    assert not (project / "profiles/web/analysis.json").exists()
