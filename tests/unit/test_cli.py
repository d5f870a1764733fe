"""The command line as a whole: names, help, exit codes, what a user sees of a failure."""

import errno
import importlib
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
import typer

from hardening import __version__, cli
from hardening.cli import reference
from hardening.errors import Exit, FailedError, HardenError, HostError

ROOT = Path(__file__).parents[2]


def call(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def test_every_command_has_its_module_and_every_module_its_command() -> None:
    for name in cli.COMMANDS:
        assert isinstance(importlib.import_module(f"hardening.cli.{name.replace('-', '_')}").app, typer.Typer)
    with_app = {
        path.stem.replace("_", "-")
        for path in (ROOT / "hardening" / "cli").glob("*.py")
        if "\napp = typer.Typer(" in path.read_text() and path.stem != "__init__"
    }
    assert with_app == set(cli.COMMANDS)


def test_every_command_says_what_it_does() -> None:
    for name, command in reference.commands():
        assert command.help, name


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in reference.commands()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert not silent


def test_the_version_is_the_packages() -> None:
    assert call("--version").stdout == f"harden {__version__}\n"


@pytest.mark.parametrize("words", [(), ("nonsense",), ("--nonsense",), ("lab", "nonsense"), ("plan", "--nonsense")])
def test_wrong_usage_is_bad_input(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.returncode == Exit.BAD_INPUT
    assert "Traceback" not in result.stderr


def test_a_command_without_a_project_says_how_to_make_one() -> None:
    result = call("plan", "--project", "/proc")
    assert result.returncode == Exit.BAD_INPUT
    assert result.stderr.splitlines() == [
        "harden: /proc: has no harden.yml",
        "  make a project folder: harden init DIR",
    ]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A command `boom` that raises what the test asks for."""
    monkeypatch.setitem(cli.COMMANDS, "boom", "Fail.")
    monkeypatch.setattr(sys, "argv", ["harden", "boom"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the test run keeps its own handlers
    return monkeypatch


def raising(error: BaseException) -> types.ModuleType:
    module = types.ModuleType("hardening.cli.boom")
    app = typer.Typer(add_completion=False)

    @app.command()
    def boom() -> None:
        raise error

    module.__dict__["app"] = app
    return module


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (HardenError("inventory.yml:3: bad", "look there"), 2, ["harden: inventory.yml:3: bad", "  look there"]),
        (HostError("node1", "no answer"), 3, ["harden: node1: no answer"]),
        (FailedError("the rollout stopped"), 1, ["harden: the rollout stopped"]),
    ],
)
def test_a_users_failure_is_a_message_and_its_exit_code(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: HardenError, code: int, lines: list[str]
) -> None:
    failing.setitem(sys.modules, "hardening.cli.boom", raising(error))
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == code
    assert capsys.readouterr().err.splitlines() == lines


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG, errno.ELOOP])
def test_a_name_that_the_system_refuses_is_bad_input(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    error = OSError(number, os.strerror(number), "/root/x")
    failing.setitem(sys.modules, "hardening.cli.boom", raising(error))
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert (end.value.code, capsys.readouterr().err) == (2, f"harden: /root/x: {os.strerror(number)}\n")


@pytest.mark.parametrize("words", [("--version",), ("checks", "list"), ("checks", "list", "--json")])
def test_a_full_disk_behind_standard_output_is_one_line(words: tuple[str, ...]) -> None:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", *words]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False, cwd="/")
    assert (done.returncode, done.stderr) == (1, "harden: standard output: No space left on device\n")


@pytest.mark.parametrize("words", [("--help",), ("checks", "list")])
def test_a_terminal_without_some_signs_shows_others(words: tuple[str, ...]) -> None:
    argv = [sys.executable, "-c", "from hardening.cli import main; main()", *words]
    done = subprocess.run(
        argv, capture_output=True, timeout=60, check=False, cwd="/", env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_a_message_has_a_bounded_length(failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    failing.setitem(sys.modules, "hardening.cli.boom", raising(HardenError("x" * 100_000)))
    with pytest.raises(SystemExit):
        cli.main()
    assert len(capsys.readouterr().err) < 6000


def test_a_bug_keeps_its_traceback(failing: pytest.MonkeyPatch) -> None:
    failing.setitem(sys.modules, "hardening.cli.boom", raising(ZeroDivisionError("bug")))
    with pytest.raises(ZeroDivisionError):
        cli.main()


WAITING = """
import sys, types, typer
from hardening import cli
from hardening.hosts import process
app = typer.Typer(add_completion=False)
@app.command()
def boom():
    try:
        process.run(("sh", "-c", "echo $$ >{note}.new; sleep 0.3; mv {note}.new {note}; exec sleep 300"), timeout=300)
    finally:
        print("left in order", flush=True)
sys.modules["hardening.cli.boom"] = module = types.ModuleType("boom")
module.app = app
cli.COMMANDS["boom"] = "Wait."
sys.argv = ["harden", "boom"]
cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_a_command_in_order_with_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    note = tmp_path / "pid"
    argv = [sys.executable, "-c", WAITING.format(note=note)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        while not note.exists():
            assert command.poll() is None
            os.sched_yield()
        command.send_signal(number)
        out, err = command.communicate(timeout=30)
    assert (out, command.returncode) == ("left in order\n", 128 + number)
    assert "Traceback" not in err
    assert not Path(f"/proc/{note.read_text().strip()}").exists()
