"""`harden certificates`: what was issued, until when, and the authority that a client is to trust."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardening.issued import IssuedCertificate

app = typer.Typer(add_completion=False)


@app.command()
def certificates(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    ca: Annotated[
        str,
        typer.Option(metavar="SECRET", help="Print what a client needs to trust this certificate, in PEM."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the certificates that deploys issued, or print the authority of one.

    They are read from the swarm's store, as far as they are public; `harden deploy` renews those that near their end.
    """
    import msgspec

    from hardening import issued
    from hardening.hosts import connect

    from . import sources

    wanted = sources.project(inventory, project)
    with connect(wanted.inventory) as hosts:
        if ca:
            typer.echo(issued.authority(wanted, hosts, ca), nl=False)
            return
        found = issued.issued(wanted, hosts)
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        _table(found)


def _table(found: "Iterable[IssuedCertificate]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("stack", "secret", "ends", "days left", "for"):
        table.add_column(title)
    for each in found:
        left = f"{each.days_left}, due" if each.renewal else str(each.days_left)
        names = ", ".join(each.names) if each.kind == "certificate" else "(authority)"
        table.add_row(each.stack, each.secret, each.ends, left, names)
    Console().print(table)
