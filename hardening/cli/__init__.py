"""The command line: one module per command group. Parse, call one function, render, exit. No logic.

Modules are imported when their command is called, so that `harden --help` is instant.
"""

import errno
import gc
import importlib
import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from hardening import __version__
from hardening.errors import Exit, FailedError, HardenError, Stopped

COMMANDS = {
    "quickstart": "Lab, images, deploy, audit: the whole thing on this machine, from nothing.",
    "init": "Lay out a project folder of your own.",
    "plan": "Show what a deploy would change; change nothing.",
    "deploy": "Harden the machines, deploy the stacks, wait until it is true.",
    "render": "Print a stack as plain `docker stack deploy` takes it.",
    "certificates": "What was issued, until when; the authority to trust.",
    "unlock": "Open swarm managers that restarted.",
    "status": "The cluster on one screen: services, members, confinement, certificates.",
    "logs": "What a service's tasks write.",
    "open": "The addresses of site, documents and report; opened where there is a desktop.",
    "destroy": "Remove the stacks; asks, and keeps the data.",
    "replicaset": "State of a replica set; heal it, let its primary hand over.",
    "audit": "Read the running cluster and judge it.",
    "report": "Reports of earlier audits: show, compare, plot over time.",
    "checks": "The catalogue of checks.",
    "facts": "Read the cluster into a file, for an offline audit.",
    "drill": "Act as an intruder inside each confined service; say what stopped what.",
    "profile": "AppArmor and seccomp profiles of each role.",
    "images": "Build the images and push them to a registry.",
    "dns": "Keep host names at a machine's address (No-IP and others).",
    "lab": "A local swarm of real virtual machines, AppArmor enforcing.",
}
"""Command or group -> one line of help. The module of the same name in this package holds `app`."""
_REFUSALS = frozenset({errno.EACCES, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOSPC})
"""What a system refuses because of what it was given, not because of a mistake in this program."""
_LONGEST = 5000
"""Characters of a line of a message: more than a path has."""


class LazyGroup(TyperGroup):
    """Lists commands without importing them."""

    def list_commands(self, ctx) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG002 - Typer keeps click's types private
        """Names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG002 - as above
        """Import one command's module; only its help line while the list is printed."""
        if cmd_name not in COMMANDS:
            return None
        if _listing():
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name])
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command = get_command(module.app)
        command.name = cmd_name
        return command


def _listing() -> bool:
    """Whether only the top-level help was asked for."""
    words = sys.argv[1:]
    return not words or words[0] in {"--help", "-h"}


app = typer.Typer(
    name="harden",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Hardens and audits Docker Swarm clusters: an AppArmor and a seccomp profile for every container.",
    epilog="Exit codes: 0 fine · 1 findings or a failed deploy · 2 bad input · 3 a host could not be reached · "
    "10 the plan has changes.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"harden {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Hardens and audits Docker Swarm clusters."""


def main() -> None:
    """Entry point: a HardenError becomes one message and its exit code."""
    gc.set_threshold(100_000)  # what a run makes lives to its end: looking for rubbish takes a twelfth of an audit
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without some sign shows another in its place
    try:
        app()
    except HardenError as error:
        _complain(error)
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        _complain(_refused(error))
    except KeyboardInterrupt:
        typer.secho("harden: interrupted", fg="red", err=True)
        sys.exit(130)


def _complain(error: HardenError) -> NoReturn:
    typer.secho(f"harden: {_harmless(error.message)}", fg="red", err=True)
    if error.hint:
        typer.echo(f"  {_harmless(error.hint)}", err=True)
    sys.exit(error.exit_code)


def _refused(error: OSError) -> HardenError:
    """What is the user's to mend: a name that may not be looked up, or standard output that takes no more."""
    if error.filename is not None:
        return HardenError(f"{error.filename}: {error.strerror}")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still held back would fail once more on the way out
    return FailedError(f"standard output: {error.strerror}")


def _harmless(text: str) -> str:
    """A message that may quote what others wrote, its lines kept, but bounded, and terminal escapes shown as such."""
    from hardening.render.inert import plain

    return "\n".join(plain(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…") for line in text.split("\n"))


def _end(number: int, _frame: FrameType | None) -> None:
    """Leave as after an interrupt: connections are closed and programs ended on the way out."""
    raise Stopped(128 + number)


__all__ = ["Exit", "app", "main"]
