"""`./harden` in a fresh copy of the checkout: the first run, and everything that can disturb it.

Packages come from the same index as everybody's; one whole set-up is made and the tests work on it in turn.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from hardening import __version__

VERSION = f"harden {__version__}\n"
NOBODY = 65534


def start(checkout: Path, **environment: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "HARDEN_EXTRAS"} | environment
    return subprocess.Popen(
        [checkout / "harden", "--version"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(checkout: Path, **environment: str) -> tuple[int, str, str]:
    process = start(checkout, **environment)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def checkout(clone: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A checkout that was set up by three first runs at once."""
    checkout = clone(tmp_path_factory.mktemp("house") / "checkout")
    runs = [start(checkout) for _ in range(3)]
    ends = [process.communicate(timeout=300) for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0], ends
    assert [out for out, _ in ends] == [VERSION] * 3
    assert sum("setting up" in err for _, err in ends) == 1
    yield checkout
    shutil.rmtree(checkout.parent)


def test_a_later_run_starts_without_setting_anything_up(checkout: Path) -> None:
    assert run(checkout) == (0, VERSION, "")


def test_it_can_be_called_through_a_link(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "harden"
    link.symlink_to(checkout / "harden")
    assert subprocess.run([link, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout == VERSION


@pytest.fixture
def bare(checkout: Path) -> Generator[Path]:
    """A checkout that was never set up, where other users may look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in ("harden", "pyproject.toml", "constraints.txt"):
            shutil.copy(checkout / file, folder)
        yield folder


def test_without_leave_to_write_it_says_what_to_do(bare: Path) -> None:
    bare.chmod(0o555)
    other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    argv = [*other, f"{bare}/harden", "--version"]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    bare.chmod(0o755)
    assert result.returncode == 2
    assert "may not write there" in result.stderr
    assert f"python3 -m pip install {bare}" in result.stderr


def test_without_the_venv_module_it_asks_for_the_package_by_name(bare: Path) -> None:
    programs = bare / "bin"
    programs.mkdir()
    (programs / "python3").write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    (programs / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>{bare}/asked\nexit 100\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    code, _, err = run(bare, PATH=f"{programs}:{os.environ['PATH']}")
    if os.geteuid() == 0:
        assert (code, (bare / "asked").read_text()) == (1, "update -qq\n")
        assert "apt-get could not install python3 python3-venv" in err
    else:
        assert code == 2
        assert "sudo apt-get install python3 python3-venv" in err


def test_an_interrupted_set_up_is_made_anew(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    first = start(checkout)
    while not (checkout / ".venv" / "bin" / "pip").exists():
        assert first.poll() is None
        os.sched_yield()
    os.killpg(first.pid, signal.SIGTERM)
    first.communicate(timeout=60)
    assert first.returncode != 0
    code, out, err = run(checkout)
    assert (code, out) == (0, VERSION)
    assert "setting up" in err


def test_a_moved_checkout_is_set_up_where_it_is_now(checkout: Path) -> None:
    moved = checkout.with_name("moved")
    checkout.rename(moved)
    try:
        code, out, err = run(moved)
        assert (code, out) == (0, VERSION)
        assert f"setting up {moved}/.venv" in err
        assert str(checkout) + "/" not in (moved / ".venv" / "bin" / "harden").read_text()
    finally:
        moved.rename(checkout)


def test_a_changed_dependency_is_installed_and_a_wrong_one_named(checkout: Path) -> None:
    pyproject = checkout / "pyproject.toml"
    text = pyproject.read_text()
    pyproject.write_text(text.replace('"rich>=13.9"', '"rich>=1300"'))
    code, _, err = run(checkout)
    assert code == 1
    assert "pip could not install" in err
    pyproject.write_text(text + "\n# changed\n")
    code, out, err = run(checkout)
    assert (code, out) == (0, VERSION)
