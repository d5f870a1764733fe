"""The reference images: what their code can do, and that they do their work under the filters made from it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening.confine import sources
from hardening.confine.static import analyse
from hardening.hosts.engine import engine
from hardening.images import built, saved
from tests.engine.private_host import PrivateHost
from tests.engine.test_images import ALONE, member, running, secret, site

if TYPE_CHECKING:
    from hardening.images import BuiltImage
    from hardening.model.analysis import Analysis
    from tests.engine.conftest import Engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

PROFILES = Path(__file__).parents[2] / "profiles"
ROLES = sorted(path.parent.name for path in PROFILES.glob("*/seccomp.json"))
ENGINES_OWN = "/sbin/docker-init"


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
    return {role: dockerd.load(images[role]) for role in ROLES}


def test_an_image_that_an_engine_has_gives_the_same_answer(
    dockerd: Engine, loaded: dict[str, str], analysed: dict[str, Analysis], tmp_path: Path
) -> None:
    with (tmp_path / "image.tar").open("wb") as file, engine(PrivateHost(dockerd)) as running:
        digest = running.save(loaded["nginx"], file)
    with saved(tmp_path / "image.tar") as image:
        # By its manifest where the engine has met it in a registry, as other tests see to; else by its id.
        assert digest in {image.digest, analysed["nginx"].image}
        found = analyse(image.files, image.config.words)
    assert found.syscalls == analysed["nginx"].syscalls
    assert found.files == analysed["nginx"].files


def _words(role: str, folder: Path) -> tuple[str, ...]:
    """What each image needs to become healthy alone."""
    address = secret(folder, "mongodb_uri", "mongodb://nodepop:only-a-test@127.0.0.1:1/nodepop", 10001)
    key = secret(folder, "jwt_key", "only-a-test" * 8, 10001)
    return {
        "nginx": site(folder),
        "api": ("--env", "API_WORKERS=2", "--volume", address, "--volume", key),
        "mongod": ("--tmpfs", "/data/db:uid=999,gid=999", *member(folder)),
    }[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_service_starts_is_healthy_and_ends_well_under_its_filter(
    dockerd: Engine, loaded: dict[str, str], role: str, tmp_path: Path
) -> None:
    filtered = ("--init", "--security-opt", f"seccomp={PROFILES / role / 'seccomp.json'}")
    words = (*ALONE, *filtered, *_words(role, tmp_path), loaded[role])
    with running(dockerd, f"profiles-{role}", *words) as name:
        assert dockerd.kernel_status(name)["Seccomp"] == "2"
        dockerd.docker("stop", "--time", "60", name)
        assert dockerd.docker("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip() == "0"
        assert "not permitted" not in dockerd.docker("logs", name).stderr
