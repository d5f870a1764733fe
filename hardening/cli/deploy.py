"""`harden deploy`: make the cluster what the project asks for."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Inventory, ProjectFolder, UnlockKeyFile

app = typer.Typer(add_completion=False)


@app.command()
def deploy(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    unlock_key_file: UnlockKeyFile = None,
    allow_unreviewed: Annotated[
        bool, typer.Option("--allow-unreviewed", help="Also profiles about which a question is open.")
    ] = False,
) -> None:
    """Harden the machines, deploy the stacks, and wait until it is true.

    Can be interrupted at any moment and run again; the next run goes on from there. Exit code 1 when a step fails or a
    task is not confined as it should be.
    """
    from hardening import confinement
    from hardening.errors import Exit
    from hardening.hosts import connect

    from . import deploying, progress, roles, sources

    wanted = sources.project(inventory, project)
    if not allow_unreviewed:
        roles.demand_decided(project, wanted.profiles)
    key = deploying.UnlockKey(unlock_key_file or sources.unlock_key_file(inventory))
    with connect(wanted.inventory) as hosts, progress.lines() as report:
        facts = deploying.run(wanted, hosts, report, key, ask=not yes, patience=deploying.pace(inventory))
    key.show()
    if facts is None:
        typer.echo("Nothing was changed.")
        raise typer.Exit(Exit.FAILED)
    typer.echo("Deployed: there is nothing left to do, and every task is confined by its node's kernel.")
    for line in confinement.lacking(wanted, facts):
        typer.echo(f"Lacking: {line}")
