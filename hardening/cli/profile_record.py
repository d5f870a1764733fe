"""`harden profile record`: watch a service and keep what it did."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.model.recording import Recording
    from hardening.record.planning import Wanted

Service = Annotated[
    str, typer.Argument(help="A service, as the swarm or its stack file calls it, or a container by name or id.")
]
Scenario = Annotated[
    str, typer.Option(help="One of the role's scenarios.yml, `all` of them, or with --run a name of your own.")
]
Run = Annotated[str, typer.Option(metavar="CMD", help="A command on this machine that puts the service through it.")]
Duration = Annotated[str, typer.Option("--for", metavar="TIME", help="How long, with neither: `90s`, `5m`, `1h`.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)([smh]?)")


def record(
    service: Service,
    role: Annotated[str, typer.Option(help="Whose evidence it becomes. Default: the service's profile.")] = "",
    scenario: Scenario = "",
    run: Run = "",
    duration: Duration = "5m",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    complain: Annotated[
        bool,
        typer.Option("--complain", help="Let the role's AppArmor profile log instead of refuse, meanwhile. Asks."),
    ] = False,
    yes: Yes = False,
) -> None:
    """Watch a service on all of its nodes and keep what it did as evidence for its profile.

    Writes profiles/ROLE/recordings/SCENARIO.json. The service goes on serving. A recording that lost anything is not
    written. What the profile in force refuses is no use of anything: record with --complain, or before there is one.
    """
    from hardening import record as recording
    from hardening.hosts import connect
    from hardening.record import planning
    from hardening.record.subject import find

    from . import roles, sources
    from .progress import lines

    asked = wanted(scenario, run, duration)
    profiles = roles.folder(project)
    machines = sources.inventory(inventory, project)
    with connect(machines) as hosts, lines() as report:
        subject = find(hosts, tuple(node.name for node in machines.managers), service)
        whose = planning.role_of(subject, role)
        todo = planning.drives(subject, profiles, whose, asked, report)
        target = planning.target(subject, whose, complain=complain)
        if complain:
            consent(
                f"While it is recorded, AppArmor's profile {target.profile} on {', '.join(subject.hosts)} only logs "
                "what it would refuse, for every task that has it. It is enforced again at the end, also when this "
                "program or the connection dies.",
                yes=yes,
            )
        for name, drive in todo.items():
            outcome = recording.record(subject.hosts, target, (whose, name), drive, report)
            typer.echo(f"written: {recording.write(profiles, outcome.recording)}: {_summary(outcome.recording)}")
            _warn(outcome.denied)


def consent(what: str, *, yes: bool) -> None:
    """Say what will be changed, and ask."""
    typer.echo(what, err=True)
    if not yes:
        typer.confirm("Go on?", abort=True)


def wanted(scenario: str, run: str, duration: str) -> "Wanted":
    """What the options ask for."""
    from hardening.errors import HardenError
    from hardening.record.planning import Wanted

    found = _DURATION.fullmatch(duration)
    if not found or float(found[1]) == 0:
        raise HardenError(f"--for {duration}: not a time such as 90s, 5m or 1h")
    return Wanted(scenario, run, float(found[1]) * _UNITS[found[2]])


def _summary(recording: "Recording") -> str:
    calls = {name for program in recording.programs.values() for name in program}
    refused = sorted({name for program in recording.refused.values() for name in program})
    return (
        f"{len(calls)} system calls of {len(recording.programs)} programs, {len(recording.files)} files, "
        f"{len(recording.capabilities)} capabilities" + (f"; refused: {', '.join(refused)}" if refused else "")
    )


def _warn(denied: Iterable[str]) -> None:
    distinct = sorted(set(denied))
    if distinct:
        shown = "; ".join(distinct[:3]) + (" …" if len(distinct) > 3 else "")  # noqa: PLR2004 - what fits a line
        typer.secho(
            f"AppArmor refused, so it is not recorded: {shown}. With --complain it would be.", fg="yellow", err=True
        )
