"""One lab for the whole run: real machines, brought up once, removed at the end."""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from hardening.hosts import Host, connect
from hardening.lab import Lab, LabState, patience
from hardening.lab.paths import LAB_DIRECTORY_VARIABLE, lab_directory

REUSE_VARIABLE = "HARDEN_TEST_LAB"
"""Folder of a lab that is there already; the tests use it and leave it, though not each machine of it running."""

TEST_SECONDS = 900
"""On the reference machine; the first test waits for the lab to be built."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below needs the lab, and time that fits the machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(patience(TEST_SECONDS)))


@pytest.fixture(scope="session")
def lab() -> Generator[Lab]:
    """A lab of three nodes in which nothing was done yet; commands of this run find it as theirs."""
    reused = os.environ.get(REUSE_VARIABLE)
    before = os.environ.get(LAB_DIRECTORY_VARIABLE)
    # beside the user's own lab and not in /tmp, which may be memory
    directory = Path(reused).expanduser() if reused else lab_directory().with_name("test-lab")
    os.environ[LAB_DIRECTORY_VARIABLE] = str(directory)
    lab = Lab(directory)
    try:
        if reused:
            assert lab.status().state is not LabState.ABSENT, f"{REUSE_VARIABLE}={directory}: there is no lab"
        else:
            lab.destroy()  # what a killed run left
        lab.up(report=_say)
        yield lab
    finally:
        if not reused:
            lab.destroy()
        if before is None:
            del os.environ[LAB_DIRECTORY_VARIABLE]
        else:
            os.environ[LAB_DIRECTORY_VARIABLE] = before


@pytest.fixture
def hosts(lab: Lab) -> Generator[dict[str, Host]]:
    """The lab's nodes."""
    with connect(lab.inventory()) as connected:
        yield connected


@pytest.fixture
def small_lab(monkeypatch: pytest.MonkeyPatch) -> Generator[Lab]:
    """The place of a lab of a test's own; there is none yet."""
    directory = lab_directory().with_name("test-lab-small")
    monkeypatch.setenv(LAB_DIRECTORY_VARIABLE, str(directory))
    lab = Lab(directory)
    lab.destroy()
    yield lab
    lab.destroy()


def _say(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr)  # noqa: T201 - pytest shows it where the lab does not come up
