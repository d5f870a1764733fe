"""`harden destroy`: take a project's stacks away again."""

from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

app = typer.Typer(add_completion=False)

Volumes = Annotated[
    bool, typer.Option("--volumes", help="Remove the data and the secrets it was made with, too. There is no way back.")
]
Swarm = Annotated[bool, typer.Option("--swarm", help="Let every machine leave the swarm, too.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would go; change nothing.")]


@app.command()
def destroy(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    volumes: Volumes = False,
    swarm: Swarm = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the stacks: their services, networks and configs. Asks first, and keeps the data.

    Volumes stay, and so do the secrets that their data was made with: `harden deploy` comes back with all of it. How
    the machines are hardened stays, too. Can be interrupted and run again. --json shows what would go, as --dry-run.
    """
    from hardening.apply import Cluster, deploy_lock, removal
    from hardening.errors import Exit, HostError
    from hardening.hosts import connect
    from hardening.plan import removal as planning
    from hardening.render import changes

    from . import deploying, progress, sources

    wanted = sources.project(inventory, project)
    with connect(wanted.inventory) as hosts, progress.lines() as report:
        remains = removal.look(wanted, hosts)
        if not remains.seen_from and remains.away:
            name, reason = next(iter(remains.away.items()))
            raise HostError(name, reason, "no manager could be asked; nothing was changed")
        plan = planning.make(wanted.inventory, remains, volumes=volumes, swarm=swarm)
        text = changes.as_text(plan, command="harden destroy", nothing="Nothing to remove.")
        typer.echo(changes.as_json(plan) if as_json else text)
        if not plan.steps or dry_run or as_json:
            return
        if not yes and not typer.confirm("Remove all of this?"):
            typer.echo("Nothing was changed.")
            raise typer.Exit(Exit.FAILED)
        cluster = Cluster(wanted, hosts, report, deploying.pace(inventory))
        with deploy_lock(hosts[remains.seen_from or wanted.inventory.managers[0].name]):
            removal.run(plan, cluster, remains.away)
    typer.echo("Removed." if volumes else f"Removed; {planning.KEPT}. To bring it back: harden deploy")
