"""`harden init`: a project folder of one's own."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    force: Annotated[bool, typer.Option("--force", help="Add what a folder lacks that is not empty.")] = False,
) -> None:
    """Lay out a project folder: settings, an inventory to edit, the stack, the profiles. Never overwrites a file."""
    from hardening import scaffold

    laid_out = scaffold.lay_out(directory, add_missing=force)
    typer.echo(f"{directory}: {len(laid_out.written)} files written, {len(laid_out.kept)} kept as they were\n")
    typer.echo(_NEXT.format(directory=directory))


_NEXT = """\
Next, in {directory}:
  inventory.yml             name your machines; delete what you do not need
  harden.yml, stack/        what runs on them
  profiles/                 what each kind of container may do
then
  harden images push        build the images and push them to your registry (--registry, --ca)
  harden plan               what would change on the machines; changes nothing
  harden deploy             make it so, and see that it is
  harden audit              read the running cluster and judge it"""
