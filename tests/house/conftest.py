"""Copies of the project, as a clone would be."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project_files() -> tuple[str, ...]:
    """Every file of the project, committed or about to be, relative to its root."""
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="session")
def clone(project_files: tuple[str, ...]) -> Callable[[Path], Path]:
    """Copies the project's files to a folder."""

    def copy(to: Path) -> Path:
        for name in project_files:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
        return to

    return copy
