"""`harden report`: reports that were written before: shown again, compared, over time."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Everything, Form, Outputs, ProjectFolder, StoreName, StorePasswordFile

if TYPE_CHECKING:
    from hardening.history import History
    from hardening.model.entry import Entry

app = typer.Typer(no_args_is_help=True, add_completion=False)

ReportFile = Annotated[Path, typer.Argument(help="A JSON report.", show_default=False)]
Picture = Annotated[
    list[Path] | None,
    typer.Option("--output", "-o", help="Picture to write: .svg or .html. May be given more than once."),
]
Of = Annotated[str, typer.Option("--of", help="Which project, where a store holds several. Default: harden.yml's.")]


@app.callback()
def report() -> None:
    """Reports that were written before: shown again, compared, over time."""


@app.command()
def show(
    file: ReportFile, output: Outputs = None, form: Form = None, everything: Everything = False, as_json: AsJson = False
) -> None:
    """Show a JSON report again, or write it in another form."""
    from hardening import history
    from hardening.render.formats import Format

    from . import auditing

    delivery = auditing.Delivery(output or [], Format.JSON if as_json else form, everything=everything, source=file)
    delivery.of(history.load(file))


@app.command()
def diff(earlier: ReportFile, later: ReportFile, everything: Everything = False, as_json: AsJson = False) -> None:
    """Compare two JSON reports: what is new, fixed, unchanged.

    Exit code 0 when nothing is new, 1 when something is.
    """
    from rich.console import Console

    from hardening import history
    from hardening.errors import Exit
    from hardening.render import beside, document

    changes = history.compare(history.load(later), history.load(earlier))
    if as_json:
        typer.echo(document.render_changes(changes).encode(), nl=False)
    else:
        Console(highlight=False).print(*beside.changes(changes, everything=everything), sep="\n")
    raise typer.Exit(Exit.FAILED if changes.new else Exit.OK)


@app.command()
def trend(
    project: ProjectFolder = Path(),
    store: StoreName = "",
    store_password_file: StorePasswordFile = None,
    of: Of = "",
    output: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Show how the counts of findings went over the audits that were kept.

    Exit code 1 when the store holds something that is no report; the rest is shown all the same.
    """
    from rich.console import Console

    from hardening import history, outputs
    from hardening.errors import Exit, HardenError
    from hardening.render import trend as table
    from hardening.render import trend_picture
    from hardening.render.inert import plain

    from . import auditing

    pictures = {path: _picture(path) for path in output or []}
    outputs.check_writable(pictures)
    name = auditing.store_name(store, project)
    if not name:
        raise HardenError("there is no store to look into", "name one: --store DIR, or `store:` in harden.yml")
    with history.open_store(name, store_password_file, for_reading=True) as keeper:
        found = keeper.history()
    settings = auditing.settings(project)
    title, audits = _chosen(found, of, settings.name if settings else "")
    if as_json:
        typer.echo(table.as_json(title, audits, found.unreadable).encode(), nl=False)
    else:
        Console(highlight=False).print(table.as_table(title, audits))
    for path, suffix in pictures.items():
        draw = trend_picture.as_svg if suffix == ".svg" else trend_picture.as_html
        outputs.write(path, draw(title, audits).encode())
        typer.echo(f"wrote {path}", err=True)
    for place, reason in found.unreadable.items():
        typer.secho(plain(f"{place}: {reason}"), fg="yellow", err=True)
    raise typer.Exit(Exit.FAILED if found.unreadable else Exit.OK)


def _picture(path: Path) -> str:
    from hardening.errors import HardenError

    suffix = path.suffix.lower()
    if suffix not in {".svg", ".html"}:
        raise HardenError(f"{path}: no picture is drawn in that form", "the suffix says it: .svg, .html")
    return suffix


def _chosen(found: "History", of: str, default: str) -> "tuple[str, tuple[Entry, ...]]":
    """The audits of one project."""
    from hardening.errors import HardenError

    projects = sorted({entry.project for entry in found.entries})
    if not projects:
        raise HardenError("the store holds no audit yet", "keep one: harden audit --store DIR")
    wanted = of or (default if default in projects else "")
    if not wanted and len(projects) > 1:
        raise HardenError(f"the store holds audits of {', '.join(projects)}", "choose: --of NAME")
    wanted = wanted or projects[0]
    if wanted not in projects:
        raise HardenError(f"the store holds no audit of `{wanted}`", f"it holds those of {', '.join(projects)}")
    return wanted, tuple(entry for entry in found.entries if entry.project == wanted)
