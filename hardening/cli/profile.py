"""`harden profile`: the AppArmor and seccomp profiles of each role."""

import json
from pathlib import Path
from typing import Annotated

import typer

from . import profile_analyse, profile_explain, profile_init, profile_record, profile_review, profile_verify, roles
from .options import AsJson, Inventory, ProjectFolder
from .roles import Parser, Role, Roles

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def profile() -> None:
    """AppArmor and seccomp profiles of each role, made from its policy and evidence."""


app.command()(profile_init.init)
app.command()(profile_record.record)
app.command()(profile_verify.verify)
app.command()(profile_analyse.analyse)


@app.command("list")
def list_roles(project: ProjectFolder = Path(), as_json: AsJson = False) -> None:
    """List the roles: size against Docker's default, known holes closed, open questions, proof, generated files."""
    import msgspec

    from hardening.confine import library

    folder = roles.folder(project)
    found = {role: library.summed_up(folder, role) for role in roles.chosen(folder, None)}
    stale = {role: [path.name for path in library.drift(folder, role)] for role in found}
    if as_json:
        rows = [{**msgspec.to_builtins(each), "stale": stale[role]} for role, each in found.items()]
        typer.echo(json.dumps(rows, indent=2))
        return
    for role, each in found.items():
        state = f"out of date: {', '.join(stale[role])}" if stale[role] else "up to date"
        size = f"{each.syscalls} of {each.docker_default} system calls"
        closed = f"{each.holes_closed} of {each.holes} holes closed"
        typer.echo(f"{role}\t{size}\t{closed}\t{len(each.open)} open\t{each.standing}\t{state}")


@app.command()
def build(
    role: Roles = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file is out of date.")] = False,
    project: ProjectFolder = Path(),
) -> None:
    """Write seccomp.json and apparmor beside each policy, from recordings, analysis, policy and review."""
    from hardening.confine import library
    from hardening.errors import FailedError

    folder = roles.folder(project)
    chosen = roles.chosen(folder, role)
    changed = (library.drift if check else library.write)(folder, *chosen)
    if check and changed:
        names = ", ".join(str(path) for path in changed)
        raise FailedError(f"out of date: {names}", "make them again: harden profile build")
    for path in changed:
        typer.echo(f"written: {path}")
    if not changed:
        typer.echo("up to date")
    for each in chosen:
        found = library.summed_up(folder, each)
        if not found.scenarios:
            typer.echo(
                f"{each}: nothing was recorded, so that it may do what its policy says: harden profile record {each}"
            )
        if count := len(found.open):
            until = "recorded paths of low and medium risk are allowed until then, all else is refused"
            typer.echo(f"{each}: {count} questions are open; {until}: harden profile review {each}")


@app.command()
def show(
    role: Role,
    seccomp: Annotated[bool, typer.Option("--seccomp", help="Only the seccomp filter.")] = False,
    apparmor: Annotated[bool, typer.Option("--apparmor", help="Only the AppArmor profile.")] = False,
    parser: Parser = "3.0",
    project: ProjectFolder = Path(),
) -> None:
    """Print a role's profiles as its policy and evidence make them now."""
    from hardening.confine import library

    made = library.profile(roles.folder(project), role, roles.version(parser))
    if apparmor or not seccomp:
        typer.echo(made.apparmor, nl=False)
    if seccomp or not apparmor:
        typer.echo(made.seccomp, nl=False)


app.command()(profile_explain.explain)
app.command()(profile_explain.diff)
app.command()(profile_review.review)


@app.command()
def lint(
    role: Roles = None, inventory: Inventory = "", project: ProjectFolder = Path(), as_json: AsJson = False
) -> None:
    """Look for what no profile may hold, and for evidence that is not of the image in images.lock; exit 1 on any."""
    from datetime import UTC, datetime

    from hardening.confine import library
    from hardening.errors import Exit
    from hardening.render.inert import plain

    folder = roles.folder(project)
    images = roles.images(inventory, project)
    today = datetime.now(UTC).date()
    problems = {
        each: library.problems(folder, each, images.get(each, ()), today) for each in roles.chosen(folder, role)
    }
    if as_json:
        typer.echo(json.dumps(problems, indent=2))
    else:
        for each, found in problems.items():
            for line in found or ("sound",):
                typer.echo(plain(f"{each}: {line}"))
    for each in problems:
        roles.show_remarks(folder, each, images.get(each, ()))
    if any(problems.values()):
        raise typer.Exit(Exit.FAILED)
