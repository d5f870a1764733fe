"""`harden profile verify`: enforce a role's profiles, and count what they refuse."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder
from .profile_record import Duration, Run, Scenario, Yes, consent, wanted

if TYPE_CHECKING:
    from hardening.model.verification import Minimisation, Verification


def verify(
    role: Annotated[str, typer.Argument(help="Folder name below `profiles/`, such as `web`.")],
    service: Annotated[str, typer.Option(help="Which of its services. Default: the only one of the project.")] = "",
    scenario: Scenario = "",
    run: Run = "",
    duration: Duration = "5m",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    minimise: Annotated[
        bool,
        typer.Option("--minimise", help="Instead, take out one call after another and see which scenario needs it."),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run a service under its profiles and count what they refuse; exit 1 when there is anything.

    Meanwhile its seccomp filter answers with an errno of its own, so that its refusals are told from the kernel's. The
    service's tasks are restarted for that, one after another, at the beginning and at the end. Writes
    profiles/ROLE/verified.json.

    With --minimise the tasks are restarted for every call that the filter allows, which takes hours; what is known is
    kept in profiles/ROLE/needed.json, and an interrupted run goes on there.
    """
    import msgspec

    from hardening import outputs
    from hardening.confine import library
    from hardening.errors import Exit
    from hardening.hosts import connect
    from hardening.record import minimising, planning, verifying
    from hardening.record.subject import find

    from . import roles, sources
    from .progress import lines

    asked = wanted(scenario, run, duration)
    profiles = roles.folder(project)
    profile = library.profile(profiles, role)
    name = service or verifying.only_service(sources.services(inventory, project), role, service)
    machines = sources.inventory(inventory, project)
    with connect(machines) as hosts, lines() as report:
        subject = find(hosts, tuple(node.name for node in machines.managers), name)
        drives = planning.drives(subject, profiles, role, asked, report)
        outputs.check_writable((profiles / role / (minimising.FILE if minimise else verifying.FILE),))
        consent(
            f"The tasks of {subject.name} are restarted one after another, under a filter of {role} that answers its "
            f"refusals with an errno of its own, on {', '.join(subject.hosts)}; and again at the end, under their own.",
            yes=yes,
        )
        target = planning.target(subject, role, audit="loaded")
        if minimise:
            known = minimising.minimise(
                subject,
                target,
                profile,
                drives,
                report,
                before=minimising.read(profiles, role),
                keep=lambda found: minimising.write(profiles, found),
            )
            _show_needs(known, as_json=as_json)
            return
        verification = verifying.verify(subject, target, profile, drives, report)
    path = verifying.write(profiles, verification)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(verification)).decode())
    else:
        _show(verification)
        typer.echo(f"written: {path}", err=True)
    if not verification.is_clean:
        raise typer.Exit(Exit.FAILED)


def _show_needs(known: "Minimisation", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(known)).decode())
        return
    for need in known.needs:
        typer.echo(f"{need.call}\t{', '.join(need.scenarios) or 'nothing needs it'}")


def _show(verification: "Verification") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("scenario", "refused by", "what", "process", "task", "node", "times"):
        table.add_column(title)
    for trial in verification.trials:
        for each in trial.denials:
            process = f"{each.command} ({each.program})" if each.program else each.command
            row = (trial.scenario, each.layer, each.what, process, each.task, each.node, str(each.count))
            table.add_row(*map(escape, row))
        if not trial.denials:
            table.add_row(trial.scenario, "", f"nothing in {trial.calls} system calls", "", "", "", "0")
    Console().print(table)
