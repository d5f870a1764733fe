"""The wheel: the same command line, with the data it needs, without a checkout."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hardening import __version__


@pytest.fixture(scope="module")
def wheel(clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy in which a developer's caches lie about."""
    folder = tmp_path_factory.mktemp("wheel")
    source = clone(folder / "source")
    for cache in ("stack/api/node_modules/express", "hardening/__pycache__"):
        (source / cache).mkdir(parents=True)
        (source / cache / "cached").write_text("")
    argv = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    subprocess.run(argv, timeout=300, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def harden(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, installed from the wheel alone."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder], timeout=120, check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", wheel], timeout=300, check=True)
    return folder / "bin" / "harden"


DATA = ("profiles/", "stack/", "reports/templates/", "harden.yml")


def test_it_carries_the_package_and_all_its_data_and_nothing_else(wheel: Path, project_files: tuple[str, ...]) -> None:
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {name for name in project_files if name.startswith("hardening/")}
    assert carried == package | {f"hardening/_data/{name}" for name in project_files if name.startswith(DATA)}


def test_it_carries_the_licence(wheel: Path) -> None:
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/licenses/LICENSE")]


def test_it_gives_the_same_command_line(harden: Path) -> None:
    result = subprocess.run([harden, "--version"], capture_output=True, text=True, timeout=60, check=True, cwd="/")
    assert result.stdout == f"harden {__version__}\n"


def test_its_data_make_a_project_like_the_checkouts(harden: Path, tmp_path: Path) -> None:
    for program, folder in ((harden, "wheel"), (Path(sys.executable).with_name("harden"), "checkout")):
        subprocess.run([program, "init", folder], timeout=60, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
    subprocess.run(["diff", "-r", "wheel", "checkout"], timeout=60, check=True, cwd=tmp_path)
