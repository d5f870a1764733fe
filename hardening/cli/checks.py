"""`harden checks`: the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, ChecksFolder, ProjectFolder

app = typer.Typer(no_args_is_help=True, add_completion=False)

CheckId = Annotated[str, typer.Argument(help="Such as container-seccomp.", show_default=False)]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print reports/CHECKS.md: the program's own checks.")]


@app.callback()
def checks() -> None:
    """The catalogue of checks."""


@app.command("list")
def list_(
    project: ProjectFolder = Path(), checks: ChecksFolder = None, as_json: AsJson = False, markdown: AsMarkdown = False
) -> None:
    """Name every check: what it asks, how bad a failure is, which benchmark asks for it."""
    from rich.console import Console

    from hardening import checks as of_program
    from hardening.errors import HardenError
    from hardening.render import catalogue

    from . import auditing

    if as_json and markdown:
        raise HardenError("--json and --markdown exclude each other")
    if markdown:
        typer.echo(catalogue.as_markdown(of_program.load(), of_program.coverage()).encode(), nl=False)
        return
    known = auditing.known_checks(project, checks)
    if as_json:
        typer.echo(catalogue.as_json(known).encode(), nl=False)
    else:
        Console(highlight=False).print(catalogue.as_table(known))


@app.command()
def show(check: CheckId, project: ProjectFolder = Path(), checks: ChecksFolder = None, as_json: AsJson = False) -> None:
    """Explain one check: why it matters, what to do."""
    from rich.console import Console

    from hardening import checks as of_program
    from hardening.render import catalogue

    from . import auditing

    found = of_program.find(check, auditing.known_checks(project, checks))
    if as_json:
        typer.echo(catalogue.one_as_json(found).encode(), nl=False)
    else:
        Console(highlight=False).print(catalogue.as_text(found))
