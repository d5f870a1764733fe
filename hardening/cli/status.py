"""`harden status`: the cluster on one screen."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.hosts import Host
    from hardening.model.project import Project
    from hardening.model.status import Status

app = typer.Typer(add_completion=False)

Store = Annotated[Path | None, typer.Option(help="Folder with JSON reports. Default: reports/out of the project.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Look again and again until it is ended (Ctrl-C).")]
Interval = Annotated[float, typer.Option(help="Seconds between two looks.", min=1)]


@app.command()
def status(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    watch: Watch = False,
    interval: Interval = 5,
    store: Store = None,
    as_json: AsJson = False,
) -> None:
    """Nodes, services and their tasks, replica sets, confinement by the kernels' word, certificates, the last audit.

    Reads every node once and changes nothing. Exit code 0 all well, 1 something is not, 3 a node could not be read.
    """
    from hardening import status as glance
    from hardening.hosts import connect
    from hardening.render import glance as rendering

    from . import progress, sources

    wanted = sources.project(inventory, project)
    folder = store or project / "reports" / "out"
    with connect(wanted.inventory) as hosts:
        if watch:
            _watch(wanted, hosts, folder, interval, as_json=as_json)
            return
        with progress.lines() as report:
            found = _look(wanted, hosts, folder, lambda line: report("", line))
    if as_json:
        typer.echo(rendering.as_json(found))
    else:
        from rich.console import Console

        rendering.show(found, Console(highlight=False))
    raise typer.Exit(glance.exit_code(found))


def _look(
    project: "Project", hosts: "dict[str, Host]", folder: Path, say: Callable[[str], None] | None = None
) -> "Status":
    from hardening import facts, status

    found = facts.gather(project.inventory, hosts, say)
    return status.of(project, found, status.last_audit(folder, project.name))


def _watch(project: "Project", hosts: "dict[str, Host]", folder: Path, interval: float, *, as_json: bool) -> None:
    """Until a signal ends it: the screen drawn anew; where there is none, or as JSON, one after the other."""
    from rich.console import Console
    from rich.live import Live

    from hardening.render import glance as rendering

    console = Console(highlight=False)
    if as_json or not console.is_terminal:
        while True:
            found = _look(project, hosts, folder)
            typer.echo(rendering.as_json(found) if as_json else "", nl=as_json)
            if not as_json:
                rendering.show(found, console)
            time.sleep(interval)
    with Live("reading the cluster …", console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(rendering.render(_look(project, hosts, folder)), refresh=True)
            time.sleep(interval)
