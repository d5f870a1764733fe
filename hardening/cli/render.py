"""`harden render`: the Compose file that a deploy would hand over."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Inventory, ProjectFolder

app = typer.Typer(add_completion=False)


@app.command()
def render(
    stack: Annotated[str, typer.Argument(help="A stack of harden.yml; may be left out when there is one.")] = "",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
) -> None:
    """Print a stack as the Compose file that plain `docker stack deploy` takes.

    Secrets are named as the cluster has them, so the cluster is asked; deploy makes those that are missing.
    """
    from hardening import deploy
    from hardening.hosts import connect

    from . import sources

    wanted = sources.project(inventory, project)
    with connect(wanted.inventory) as hosts:
        typer.echo(deploy.rendered(wanted, hosts, stack), nl=False)
