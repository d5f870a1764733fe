"""`harden unlock`: open managers that restarted."""

from pathlib import Path

import typer

from .options import Inventory, ProjectFolder, UnlockKeyFile

app = typer.Typer(add_completion=False)


@app.command()
def unlock(inventory: Inventory = "", project: ProjectFolder = Path(), unlock_key_file: UnlockKeyFile = None) -> None:
    """Open every manager whose swarm is locked since its engine restarted.

    The key is read from the file, or asked for; it never stands on a command line. Managers are opened side by side,
    and one that cannot be reached keeps no other closed. Exit code 1 when the key does not fit, 3 when a manager could
    not be reached.
    """
    from hardening.apply import unlocking
    from hardening.hosts import connect

    from . import deploying, sources

    machines = sources.inventory(inventory, project)
    kept = deploying.UnlockKey(unlock_key_file or sources.unlock_key_file(inventory)).read()

    def key() -> str:
        return kept or str(typer.prompt("Unlock key", hide_input=True, err=True))

    with connect(machines) as hosts:
        opened = unlocking.unlock(hosts, [node.name for node in machines.managers], key)
    for each in opened:
        said = "unlocked" if each.was_locked else f"{each.state}, not locked"
        typer.echo(each.problem or f"{each.node}: {said}", err=bool(each.problem))
    raise typer.Exit(max(each.exit_code for each in opened))
