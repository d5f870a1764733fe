"""`harden audit`: read the running cluster and judge it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardening.render.formats import Format

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.model.facts import Facts
    from hardening.model.findings import Report

app = typer.Typer(add_completion=False)

FactsFile = Annotated[Path | None, typer.Option("--facts", help="Judge this file of `harden facts` instead.")]
Output = Annotated[
    list[Path] | None,
    typer.Option("--output", "-o", help="File to write; the suffix says the form. May be given more than once."),
]
Form = Annotated[Format | None, typer.Option("--format", help="Form of -o files whatever their suffix, or of stdout.")]
Everything = Annotated[bool, typer.Option("--all", help="Show what passed and what does not apply, too.")]


@app.command()
def audit(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    facts: FactsFile = None,
    output: Output = None,
    form: Form = None,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Read every node once and put every check to it. Changes nothing.

    Exit code 0 when nothing failed and everything was seen, 1 when not, 3 when a node could not be read.
    """
    from hardening import audit as audits
    from hardening import checks
    from hardening.errors import HardenError
    from hardening.render import formats

    if facts and inventory:
        raise HardenError("--facts and --inventory exclude each other", "a facts file is a whole cluster already")
    paths = output or []
    formats.check_writable(paths, form)
    read, name = _facts(facts, inventory, project)
    report = audits.run(read, checks.load(), name)
    formats.write_all(report, paths, form)
    _print(report, Format.JSON if as_json else None if paths else form, everything=everything)
    for path in paths:
        typer.echo(f"wrote {path}", err=True)
    raise typer.Exit(audits.exit_code(report))


def _facts(file: Path | None, inventory: str, root: Path) -> "tuple[Facts, str]":
    """Facts from a file or from the machines, with what the project there wants; and what to call the cluster."""
    import msgspec

    from hardening import documents, project
    from hardening import facts as collected
    from hardening.hosts import connect

    from . import progress, sources

    settings = None
    if (root / project.PROJECT_FILE).is_file():
        settings = documents.load(root / project.PROJECT_FILE, project.ProjectFile)
    if file:
        found, name = collected.load(file), file.stem
    else:
        machines = sources.inventory(inventory, root)
        with connect(machines) as hosts, progress.lines() as report:
            found, name = collected.gather(machines, hosts, lambda line: report("", line)), machines.source
    if settings is None:
        return found, name
    if found.allowed_ports is None:
        found = msgspec.structs.replace(found, allowed_ports=settings.allowed_ports)
    return found, settings.name


def _print(report: "Report", form: Format | None, *, everything: bool) -> None:
    from rich.console import Console

    from hardening.render import formats, terminal

    if form is None:
        terminal.show(report, Console(highlight=False), everything=everything)
    else:
        typer.echo(formats.render(report, form), nl=False)
