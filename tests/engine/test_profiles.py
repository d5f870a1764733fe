"""The reference images: what their code can do, and that they do their work under the filters made from it."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening.confine import sources
from hardening.confine.static import analyse
from hardening.hosts.engine import engine
from hardening.hosts.local import LocalHost
from hardening.images import built, saved
from hardening.images.store import BlobStore
from hardening.model.inventory import LocalTransport, Node, NodeRole

if TYPE_CHECKING:
    from collections.abc import Generator

    from hardening.images import BuiltImage
    from hardening.model.analysis import Analysis
    from tests.engine.conftest import Engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

PROFILES = Path(__file__).parents[2] / "profiles"
ROLES = sorted(path.parent.name for path in PROFILES.glob("*/seccomp.json"))
ENGINES_OWN = "/sbin/docker-init"
NODE = Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
HEALTHY_SECONDS = 120


@pytest.fixture(scope="module")
def analysed(images: dict[str, BuiltImage], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Analysis]:
    cache = tmp_path_factory.mktemp("analysis")
    found = {}
    for role in ROLES:
        with built(images[role]) as image:
            found[role] = analyse(image.files, image.config.words, image.digest, cache)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_the_code_of_an_image_can_do_all_that_was_recorded(analysed: dict[str, Analysis], role: str) -> None:
    found = analysed[role]
    assert found.missing == ()
    for recording in sources.read(PROFILES, role).recordings:
        for program, calls in recording.programs.items():
            if program != ENGINES_OWN:
                assert program in found.programs
                assert set(calls) <= set(found.syscalls), f"{recording.scenario}: {program}"


class _Machine:
    """This machine's own files, without walking through all of them."""

    def real(self, path: str) -> str | None:
        return str(Path(path).resolve()) if Path(path).is_file() else None

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def paths(self) -> list[str]:
        return [str(path) for path in Path("/etc/ld.so.conf.d").glob("*.conf")]


def test_calls_of_a_program_without_tables_of_its_functions_are_found() -> None:
    """runc is written in Go, whose own functions make calls by handing numbers through several others."""
    found = analyse(_Machine(), [shutil.which("runc") or ""])
    assert {"mknodat", "fchdir", "capset", "symlinkat", "mount", "clone", "futex"} <= set(found.syscalls)


@pytest.fixture(scope="module")
def loaded(dockerd: Engine, images: dict[str, BuiltImage]) -> dict[str, str]:
    """The images in the engine, by role."""
    return {role: _load(dockerd, images[role], f"profiles-{role}:1") for role in ROLES}


def _load(dockerd: Engine, image: BuiltImage, tag: str) -> str:
    """Hand an image to the engine in the archive form that all of them read."""
    store, out = BlobStore(image.layout), io.BytesIO()
    layers = {f"{index}/layer.tar": store.path(layer).read_bytes() for index, layer in enumerate(image.layers)}
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": list(layers)}]
    parts = {"config.json": store.path(image.config).read_bytes(), "manifest.json": json.dumps(manifest).encode()}
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in (layers | parts).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    dockerd.docker("load", stdin=out.getvalue())
    return tag


class _PrivateHost(LocalHost):
    def __init__(self, dockerd: Engine) -> None:
        super().__init__(NODE)
        self._dockerd = dockerd

    @contextmanager
    def forward(self, remote_socket: str) -> Generator[Path]:
        assert remote_socket == "/run/docker.sock"
        yield self._dockerd.socket


def test_an_image_that_an_engine_has_gives_the_same_answer(
    dockerd: Engine, loaded: dict[str, str], analysed: dict[str, Analysis], tmp_path: Path
) -> None:
    with (tmp_path / "image.tar").open("wb") as file, engine(_PrivateHost(dockerd)) as running:
        digest = running.save(loaded["nginx"], file)
    with saved(tmp_path / "image.tar") as image:
        assert digest == image.digest
        found = analyse(image.files, image.config.words)
    assert found.syscalls == analysed["nginx"].syscalls
    assert found.files == analysed["nginx"].files


def _secret(folder: Path, name: str, content: str, owner: int) -> tuple[str, str]:
    file = folder / name
    file.write_text(content)
    os.chown(file, owner, owner)
    file.chmod(0o400)
    return ("--volume", f"{file}:/run/secrets/{name}:ro")


def _words(role: str, folder: Path) -> tuple[str, ...]:
    """What each image needs to become healthy alone."""
    return {
        "nginx": (),
        "api": (
            *("--env", "API_WORKERS=2"),
            *_secret(folder, "mongodb_uri", "mongodb://nodepop:only-a-test@127.0.0.1:1/nodepop", 10001),
            *_secret(folder, "jwt_key", "only-a-test" * 8, 10001),
        ),
        "mongod": ("--tmpfs", "/data/db:uid=999,gid=999", *_secret(folder, "keyfile", "OnlyATestKey" * 6, 999)),
    }[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_service_starts_is_healthy_and_ends_well_under_its_filter(
    dockerd: Engine, loaded: dict[str, str], role: str, tmp_path: Path
) -> None:
    confined = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp", "--init")
    filtered = ("--security-opt", f"seccomp={PROFILES / role / 'seccomp.json'}", "--network", "none")
    name = f"profiles-{role}"
    dockerd.docker("run", "--detach", "--name", name, *confined, *filtered, *_words(role, tmp_path), loaded[role])
    health = ("inspect", "--format", "{{.State.Status}} {{.State.Health.Status}}", name)
    try:
        dockerd.wait_until(
            lambda: "starting" not in dockerd.docker(*health).stdout, f"{name} to be judged", HEALTHY_SECONDS
        )
        assert dockerd.docker(*health).stdout.strip() == "running healthy", dockerd.docker("logs", name).stderr[-2000:]
        assert dockerd.kernel_status(name)["Seccomp"] == "2"
        dockerd.docker("stop", "--time", "60", name)
        assert dockerd.docker("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip() == "0"
        assert "not permitted" not in dockerd.docker("logs", name).stderr
    finally:
        dockerd.docker("rm", "--force", "--volumes", name, check=False)
