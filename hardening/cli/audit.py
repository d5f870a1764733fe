"""`harden audit`: read the running cluster and judge it."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardening.render.formats import Format

from .options import (
    AsJson,
    ChecksFolder,
    Everything,
    Form,
    Inventory,
    Outputs,
    ProjectFolder,
    StoreName,
    StorePasswordFile,
    UnlockKeyFile,
)

if TYPE_CHECKING:
    from hardening.model.facts import Facts
    from hardening.model.project import Project

app = typer.Typer(add_completion=False)

FactsFile = Annotated[Path | None, typer.Option("--facts", help="Judge this file of `harden facts` instead.")]
Waivers = Annotated[
    Path | None, typer.Option("--waivers", help="Findings that are accepted. Default: waivers.yml of the project.")
]
Baseline = Annotated[
    Path | None, typer.Option("--baseline", help="An earlier JSON report: show what is new, fixed, unchanged.")
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY|new",
        help="Exit 1 only for findings of this severity and worse, or only for new ones. Both: new ones of it.",
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="TOOL=PLACE", help="docker-bench=FOLDER or =IMAGE: its verdicts beside these."),
]
Only = Annotated[list[str] | None, typer.Option("--check", metavar="ID", help="Ask this check only. Repeatable.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="ID", help="Do not ask this check. Repeatable.")]
Fix = Annotated[bool, typer.Option("--fix", help="Then show the plan that mends what a deploy can, and apply it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="With --fix: apply without asking.")]


@app.command()
def audit(
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    facts: FactsFile = None,
    output: Outputs = None,
    form: Form = None,
    everything: Everything = False,
    as_json: AsJson = False,
    waivers: Waivers = None,
    baseline: Baseline = None,
    fail_on: FailOn = None,
    store: StoreName = "",
    store_password_file: StorePasswordFile = None,
    with_: With = None,
    checks: ChecksFolder = None,
    check: Only = None,
    skip: Skip = None,
    fix: Fix = False,
    yes: Yes = False,
    unlock_key_file: UnlockKeyFile = None,
) -> None:
    """Read every node once and put every check to it. Changes nothing without --fix.

    Exit code 0 when nothing failed and everything was seen, 1 when not, 3 when a node could not be read.
    """
    from hardening import audit as audits
    from hardening import history

    from . import auditing, sources

    _refuse_contradictions(facts, inventory, with_, fix=fix, as_json=as_json, form=form, output=output, yes=yes)
    delivery = auditing.Delivery(output or [], Format.JSON if as_json else form, everything=everything, source=facts)
    limit = audits.fail_on(fail_on or (), compared=baseline is not None)
    questions = auditing.questions(project, checks, waivers, check or (), skip or ())
    earlier = history.load(baseline) if baseline else None
    script = auditing.bench_script(with_ or ())
    wanted = sources.project(inventory, project) if fix else None
    kept = auditing.store_name(store, project)
    with history.open_store(kept, store_password_file) if kept else nullcontext() as keeper:
        source = auditing.read_file(facts, project) if facts else auditing.read_machines(inventory, project, script)
        report = auditing.judge(source, questions, earlier)
        delivery.of(report, keeper)
        if wanted and (found := _mend(wanted, inventory, unlock_key_file, ask=not yes)):
            report = auditing.judge(source.after(found), questions, earlier)
            delivery.of(report, keeper)
    raise typer.Exit(audits.exit_code(report, limit))


def _refuse_contradictions(
    facts: Path | None,
    inventory: str,
    with_: list[str] | None,
    *,
    fix: bool,
    as_json: bool,
    form: Format | None,
    output: list[Path] | None,
    yes: bool,
) -> None:
    from hardening.errors import HardenError

    if facts and inventory:
        raise HardenError("--facts and --inventory exclude each other", "a facts file is a whole cluster already")
    if facts and with_:
        raise HardenError("--facts and --with exclude each other", "docker-bench-security needs the machines")
    if facts and fix:
        raise HardenError("--facts and --fix exclude each other", "a file cannot be mended; leave --facts out")
    if fix and (as_json or (form and not output)):
        raise HardenError("--fix talks with a person, --json with a program", "use -o FILE.json beside --fix")
    if as_json and form not in {None, Format.JSON}:
        raise HardenError(f"--json and --format {form} exclude each other", "--json is --format json")
    if yes and not fix:
        raise HardenError("--yes goes with --fix: an audit alone asks nothing")


def _mend(project: "Project", inventory: str, unlock_key_file: Path | None, *, ask: bool) -> "Facts | None":
    """Deploy what the project asks for, by consent; None when there was none."""
    from hardening.hosts import connect

    from . import deploying, progress, roles, sources

    roles.demand_decided(Path(project.root), project.profiles)
    key = deploying.UnlockKey(unlock_key_file or sources.unlock_key_file(inventory))
    with connect(project.inventory) as hosts, progress.lines() as report:
        found = deploying.run(project, hosts, report, key, ask=ask, patience=deploying.pace(inventory))
    key.show()
    typer.echo("The cluster is as the project asks; what is still open needs you." if found else "Nothing was changed.")
    return found
