"""`harden lab`: the local cluster of virtual machines."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from hardening.lab import LabStatus

app = typer.Typer(no_args_is_help=True, add_completion=False)

_NODE = typer.Argument(metavar="NODE", help="Name of a node, such as `node2`, or its number.")
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


@app.callback()
def lab() -> None:
    """A local swarm of real virtual machines, AppArmor enforcing."""


@app.command()
def up(
    nodes: int | None = typer.Option(None, help="How many nodes.  [default: as many as there are, or 3]"),
    memory: int | None = typer.Option(None, metavar="MIB", help="Memory of each node.  [default: 2048]"),
    accel: str = typer.Option("auto", metavar="auto|kvm|tcg", help="Hardware virtualisation or emulation."),
    install: bool = typer.Option(False, "--install", help="Install missing packages through sudo. Root always does."),
) -> None:
    """Bring the lab up: made when there is none, continued where `down` left it, frozen and killed nodes too."""
    from hardening.lab import Lab

    with _progress() as report:
        status = Lab().up(nodes, memory, accel, install=install, report=report)
    _table(status)


@app.command("status")
def show_status(json: bool = typer.Option(False, "--json", help="Machine-readable, on standard output.")) -> None:
    """Show the nodes: state, addresses, ports, processes."""
    import msgspec

    from hardening.lab import Lab

    status = Lab().status()
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(status)).decode())
    else:
        _table(status)


@app.command(context_settings=_PASS_ON)
def ssh(ctx: typer.Context, node: str = _NODE) -> None:
    """Log in to a node as root, or run a command there: `harden lab ssh node1 -- docker ps`.

    One word after `--` is given to the node's shell as it is, several are given as separate arguments.
    """
    from hardening.lab import Lab

    words = ctx.args[1:] if ctx.args[:1] == ["--"] else ctx.args
    argv = Lab().login(node, tuple(words))
    sys.stdout.flush()
    os.execvp(argv[0], argv)  # noqa: S606 - ssh takes this process's place, terminal and exit code


@app.command()
def down() -> None:
    """Stop the lab and keep it: disks and memory are saved, `up` continues there."""
    from hardening.lab import Lab

    with _progress() as report:
        Lab().down(report)


@app.command()
def destroy(
    cache: bool = typer.Option(False, "--cache", help="Also remove what new labs are made from (built anew then)."),
) -> None:
    """Remove the lab with its disks. What new labs are made from stays, unless --cache is given."""
    from hardening.lab import Lab

    with _progress() as report:
        Lab().destroy(cache=cache, report=report)


@app.command()
def kill(node: str = _NODE) -> None:
    """Cut a node's power."""
    from hardening.lab import Lab

    Lab().kill(node)


@app.command()
def start(node: str = _NODE) -> None:
    """Start a node that was killed, from its disk."""
    from hardening.lab import Lab

    with _progress() as report:
        Lab().start(node, report)


@app.command()
def freeze(node: str = _NODE) -> None:
    """Stop a node between two instructions, as a machine that hangs."""
    from hardening.lab import Lab

    Lab().freeze(node)


@app.command()
def thaw(node: str = _NODE) -> None:
    """Let a frozen node run on, with the right time."""
    from hardening.lab import Lab

    Lab().thaw(node)


@app.command()
def cut(node: str = _NODE) -> None:
    """Take a node off the cluster network. SSH from here still works."""
    from hardening.lab import Lab

    Lab().cut(node)


@app.command()
def mend(node: str = _NODE) -> None:
    """Put a node back on the cluster network."""
    from hardening.lab import Lab

    Lab().mend(node)


@contextmanager
def _progress() -> Generator[Callable[[str], None]]:
    """A spinner on a terminal, a line for each thing otherwise. Both say when it was, in seconds from the start."""
    import time

    from rich.console import Console

    started = time.monotonic()
    console = Console(stderr=True, highlight=False)

    def line(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.0f} s[/dim]  {text}")

    if not console.is_terminal:
        yield line
        return
    with console.status("starting") as spinner:

        def report(text: str) -> None:
            line(text)
            spinner.update(text)

        yield report


def _table(status: "LabStatus") -> None:
    from rich.console import Console
    from rich.table import Table

    if not status.nodes:
        typer.echo("There is no lab. Make one with: harden lab up")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("node", "state", "address", "ssh port", "site", "pid"):
        table.add_column(title, no_wrap=True)
    for node in status.nodes:
        state = f"{node.state}, cut off" if node.cut else str(node.state)
        ways = (str(node.ssh_port), node.https or node.http)
        table.add_row(node.name, state, node.address, *ways, str(node.pid or "-"))
    Console().print(table)
