"""`harden drill`: act as an intruder inside each confined service."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.model.drill import Drill

app = typer.Typer(add_completion=False)


class Rival(StrEnum):
    """What the service's own confinement is compared with."""

    DOCKER_DEFAULT = "docker-default"


Services = Annotated[list[str] | None, typer.Argument(metavar="SERVICE", help="Default: every confined service.")]
Compare = Annotated[
    Rival | None, typer.Option("--compare", help="Try the same in the image under the engine's defaults, too.")
]
Everything = Annotated[bool, typer.Option("--all", help="List every try, not only those that nothing stopped.")]


@app.command()
def drill(
    service: Services = None,
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    compare: Compare = None,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Start a copy of each service in which an intruder's program takes the place of its own, and say what stopped it.

    The copies publish nothing, have none of the volumes, and are removed; what is tried is harmless by construction.
    Exit code 1 when anything was open or could not be tried.
    """
    import msgspec

    from hardening import drill as drills
    from hardening import facts
    from hardening.errors import Exit
    from hardening.hosts import connect
    from hardening.render import drill as shown

    from . import deploying, progress, sources
    from .images import cache_folder

    wanted = sources.project(inventory, project)
    program = drills.probe(cache_folder().parent / "drill")
    found: list[Drill] = []
    with connect(wanted.inventory) as hosts, progress.lines() as report:
        read = facts.gather(wanted.inventory, hosts, lambda line: report("", line))
        cluster = drills.Cluster(hosts, wanted.inventory.managers[0].name, report, deploying.pace(inventory))
        for subject in drills.subjects(wanted, read, hosts, service or ()):
            found.append(drills.drill(subject, program, cluster))
            if compare:
                found.append(drills.drill(subject, program, cluster, bare=True))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        typer.echo(shown.as_text(found, everything=everything), nl=False)
    ours = [each for each in found if each.confinement == drills.AS_DEPLOYED]
    if any(each.blocked < len(each.verdicts) for each in ours):
        raise typer.Exit(Exit.FAILED)
