"""`harden open`: where the site, its documents and the newest report are."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

app = typer.Typer(add_completion=False)

REPORT = "report"
What = Annotated[str, typer.Argument(metavar="[WHAT]", help="`site`, `report`, or a name of `links:` in harden.yml.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print only, although there is a desktop.")]


@app.command("open")
def open_(
    what: What = "",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    no_browser: NoBrowser = False,
    as_json: AsJson = False,
) -> None:
    """Print the addresses of the site on each of its machines, of its documents, and of the newest HTML report.

    Where there is a desktop and a terminal, the first of each is opened. The lab's are its ports on this machine's
    loopback.
    """
    import msgspec

    from hardening.errors import HardenError

    found = _addresses(inventory, project)
    if what and what not in found:
        raise HardenError(f"there is no `{what}` to open", f"there are: {', '.join(found)}")
    wanted = {what: found[what]} if what else found
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(wanted), indent=2).decode())
        return
    width = max(len(name) for name in wanted)
    for name, urls in wanted.items():
        for row, url in enumerate(urls or ("none yet: harden audit -o reports/out/report.html",)):
            typer.echo(f"{name if row == 0 else '':{width}}  {url}")
    if not no_browser and _desktop():
        for urls in wanted.values():
            if urls:
                typer.launch(urls[0])


def _addresses(inventory: str, root: Path) -> dict[str, tuple[str, ...]]:
    """What can be opened -> its addresses."""
    from hardening import addresses, project

    from . import sources

    settings = project.read_settings(root)
    if inventory == sources.LAB:
        from hardening.lab import Lab

        bases = tuple(node.https or node.http for node in Lab().status().nodes)
    else:
        bases = addresses.bases(sources.project(inventory, root))
    return {**addresses.links(bases, settings.links), REPORT: _newest_report(root / "reports" / "out")}


def _newest_report(folder: Path) -> tuple[str, ...]:
    pages = sorted(folder.glob("*.html"), key=lambda path: path.stat().st_mtime)
    return (pages[-1].resolve().as_uri(),) if pages else ()


def _desktop() -> bool:
    """Whether a browser would be seen by whoever typed the command."""
    return sys.stdout.isatty() and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
