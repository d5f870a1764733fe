"""`harden replicaset`: how a replica set is, heal it, let its primary hand over."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.apply import Cluster
    from hardening.model.replica_set import SetReport
    from hardening.model.stack import Stack

app = typer.Typer(no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="SET", help="`SET` or `STACK/SET`; may be left out when there is one.")]
After = Annotated[
    float, typer.Option(metavar="SECONDS", min=10, help="How long a data member is away before its vote is taken.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


@app.callback()
def replicaset() -> None:
    """MongoDB replica sets of the stacks: state, healing, handing over."""


@app.command("status")
def show_status(
    name: Name = "", inventory: Inventory = "", project: ProjectFolder = Path(), *, json: AsJson = False
) -> None:
    """Show a set's members, who is primary, what the loss of each machine would do, and what `heal` would do.

    Works while the manager is lost. Exit code 0 when the set is well, 1 when not, 3 when no member could be read.
    """
    from hardening.apply import healing
    from hardening.errors import Exit
    from hardening.render import replica_set as rendering

    with _chosen(name, inventory, project) as (cluster, stack, chosen):
        report = healing.status(cluster, stack, chosen)
    typer.echo(rendering.as_json(report) if json else rendering.as_text(report))
    raise typer.Exit(Exit.OK if report.is_well else Exit.FAILED)


@app.command()
def heal(
    name: Name = "",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    *,
    after: After = 60,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; change nothing.")] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Take the vote of a data member that stays away and let the arbiter vote in its place; undo both when it is back.

    Every change is a safe reconfiguration, one vote at a time, and never forced. Can be interrupted and run again, also
    from a timer: where nothing is to be done it does nothing. Exit code 0 when nothing is left to do, 1 when a change
    failed or consent was refused, 10 when --dry-run found something.
    """
    from hardening.apply import healing
    from hardening.errors import Exit
    from hardening.render import replica_set as rendering

    def consent(report: "SetReport") -> bool:
        if yes:
            return True
        typer.echo("\n".join(rendering.decision_lines(report.decision)), err=json)
        return typer.confirm("Do it?", err=json)

    with _chosen(name, inventory, project) as (cluster, stack, chosen):
        if dry_run:
            report: SetReport | None = healing.status(cluster, stack, chosen, demote_after=after)
        else:
            report = healing.heal(cluster, stack, chosen, consent, demote_after=after)
    if report is None:
        typer.echo("Nothing was changed.", err=json)
        raise typer.Exit(Exit.FAILED)
    typer.echo(rendering.as_json(report) if json else rendering.as_text(report))
    raise typer.Exit(Exit.CHANGES if report.decision.steps else Exit.OK)


@app.command()
def stepdown(name: Name = "", inventory: Inventory = "", project: ProjectFolder = Path(), *, yes: Yes = False) -> None:
    """Let the primary hand over to another member, and say for how long no write was possible.

    A member that the stack prefers takes over again later, after 60 seconds at the soonest.
    """
    from hardening.apply import healing

    if not yes:
        typer.confirm("Let the primary step down? Writes wait for a moment.", abort=True)
    with _chosen(name, inventory, project) as (cluster, stack, chosen):
        done = healing.stepdown(cluster, stack, chosen)
    typer.echo(f"{done.after} is primary in place of {done.before}; writes were out for {done.writes_out:.1f} s")


@contextmanager
def _chosen(name: str, inventory: str, project: Path) -> "Generator[tuple[Cluster, Stack, str]]":
    """The cluster, and the set that is meant on it."""
    from hardening.apply import Cluster, healing
    from hardening.hosts import connect

    from . import deploying, progress, sources

    wanted = sources.project(inventory, project)
    stack, chosen = healing.chosen(wanted.stacks, name)
    with connect(wanted.inventory) as hosts, progress.lines() as report:
        yield Cluster(wanted, hosts, report, deploying.pace(inventory)), stack, chosen
