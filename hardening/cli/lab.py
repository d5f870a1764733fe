"""`harden lab`: the local cluster of virtual machines."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def lab() -> None:
    """A local swarm of real virtual machines, AppArmor enforcing."""
