"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from hardening.render.formats import Format

Inventory = Annotated[
    str, typer.Option("--inventory", "-i", help="`lab`, `local`, or an inventory file. Default: the project's own.")
]
ProjectFolder = Annotated[Path, typer.Option("--project", "-C", help="The project folder, with harden.yml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UnlockKeyFile = Annotated[
    Path | None, typer.Option(help="Where the swarm's unlock key is written (mode 0600) and read. Default: shown once.")
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option("--output", "-o", help="File to write; the suffix says the form. May be given more than once."),
]
Form = Annotated[Format | None, typer.Option("--format", help="Form of -o files whatever their suffix, or of stdout.")]
Everything = Annotated[bool, typer.Option("--all", help="Show what passed and what does not apply, too.")]
ChecksFolder = Annotated[
    Path | None, typer.Option("--checks", help="Folder with checks of your own. Default: checks/ of the project.")
]
StoreName = Annotated[
    str,
    typer.Option("--store", help="Where reports are kept: a folder, or mongodb://… Default: what harden.yml says."),
]
StorePasswordFile = Annotated[
    Path | None, typer.Option("--store-password-file", help="Password of the database's user; never in the address.")
]
