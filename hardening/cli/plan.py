"""`harden plan`: what a deploy would change."""

from pathlib import Path

import typer

from .options import AsJson, Inventory, ProjectFolder

app = typer.Typer(add_completion=False)


@app.command()
def plan(inventory: Inventory = "", project: ProjectFolder = Path(), as_json: AsJson = False) -> None:
    """Show each step of a deploy, with before and after. Changes nothing.

    Exit code 0 when there is nothing to do, 10 when there is.
    """
    from hardening import deploy
    from hardening.errors import Exit
    from hardening.hosts import connect
    from hardening.render import changes

    from . import progress, sources

    wanted = sources.project(inventory, project)
    with connect(wanted.inventory) as hosts, progress.lines() as report:
        planned = deploy.plan(wanted, hosts, report)
    typer.echo(changes.as_json(planned) if as_json else changes.as_text(planned))
    raise typer.Exit(Exit.CHANGES if planned.steps else Exit.OK)
