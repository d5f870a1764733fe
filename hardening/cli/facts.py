"""`harden facts`: everything that was read from a cluster, as one JSON document."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Inventory, ProjectFolder

app = typer.Typer(add_completion=False)

Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write (mode 0600). Default: print.")]


@app.command()
def facts(inventory: Inventory = "", project: ProjectFolder = Path(), output: Output = None) -> None:
    """Read the cluster, for an offline audit (`harden audit --facts FILE`), a bug report or a test.

    No secret is in it: no password, key, token or environment value; what looks like one in an argument, a label or a
    setting is replaced by <redacted>.
    Exit code 3 when a node could not be read; what was read of the others is written all the same.
    """
    from hardening import facts as facts_of
    from hardening import outputs
    from hardening.errors import Exit
    from hardening.hosts import connect
    from hardening.model.known import Unavailable

    from . import progress, sources

    outputs.check_writable((output,) if output else ())
    machines = sources.inventory(inventory, project)
    with connect(machines) as hosts, progress.lines() as report:
        found = facts_of.gather(machines, hosts, lambda line: report("", line))
    if output:
        facts_of.write(found, output)
        typer.echo(f"wrote {output}. {found.left_out}", err=True)
    else:
        typer.echo(facts_of.dump(found), nl=False)
    if any(isinstance(node, Unavailable) for node in found.nodes.values()):
        raise typer.Exit(Exit.UNREACHABLE)
