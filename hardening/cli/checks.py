"""`harden checks`: the catalogue."""

from typing import Annotated

import typer

from .options import AsJson

app = typer.Typer(no_args_is_help=True, add_completion=False)

CheckId = Annotated[str, typer.Argument(help="Such as container-seccomp.", show_default=False)]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print reports/CHECKS.md.")]


@app.callback()
def checks() -> None:
    """The catalogue of checks."""


@app.command("list")
def list_(as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    """Name every check: what it asks, how bad a failure is, which benchmark asks for it."""
    from rich.console import Console

    from hardening import checks
    from hardening.errors import HardenError
    from hardening.render import catalogue

    if as_json and markdown:
        raise HardenError("--json and --markdown exclude each other")
    if as_json:
        typer.echo(catalogue.as_json(checks.load()), nl=False)
    elif markdown:
        typer.echo(catalogue.as_markdown(checks.load(), checks.coverage()), nl=False)
    else:
        Console(highlight=False).print(catalogue.as_table(checks.load()))


@app.command()
def show(check: CheckId, as_json: AsJson = False) -> None:
    """Explain one check: why it matters, what to do."""
    from rich.console import Console

    from hardening import checks
    from hardening.render import catalogue

    found = checks.find(check)
    if as_json:
        typer.echo(catalogue.one_as_json(found), nl=False)
    else:
        Console(highlight=False).print(catalogue.as_text(found))
