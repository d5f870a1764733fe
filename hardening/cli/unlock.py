"""`harden unlock`: open managers that restarted."""

from pathlib import Path

import typer

from .options import Inventory, ProjectFolder, UnlockKeyFile

app = typer.Typer(add_completion=False)


@app.command()
def unlock(inventory: Inventory = "", project: ProjectFolder = Path(), unlock_key_file: UnlockKeyFile = None) -> None:
    """Open every manager whose swarm is locked since its engine restarted.

    The key is read from the file, or asked for; it never stands on a command line.
    """
    from hardening.hosts import connect
    from hardening.hosts.engine import engine

    from . import deploying, sources

    machines = sources.inventory(inventory, project)
    key = deploying.UnlockKey(unlock_key_file or sources.unlock_key_file(inventory)).read()
    with connect(machines) as hosts:
        for node in machines.managers:
            with engine(hosts[node.name]) as running:
                if running.swarm_state() != "locked":
                    typer.echo(f"{node.name}: {running.swarm_state()}, not locked")
                    continue
                key = key or typer.prompt("Unlock key", hide_input=True)
                running.unlock(key)
                typer.echo(f"{node.name}: unlocked")
