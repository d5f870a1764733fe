"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Inventory = Annotated[
    str, typer.Option("--inventory", "-i", help="`lab`, `local`, or an inventory file. Default: the project's own.")
]
ProjectFolder = Annotated[Path, typer.Option("--project", "-C", help="The project folder, with harden.yml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UnlockKeyFile = Annotated[
    Path | None, typer.Option(help="Where the swarm's unlock key is written (mode 0600) and read. Default: shown once.")
]
