"""`harden profile init`: a policy to start from, for a service this program has never seen."""

import re
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from . import roles
from .options import Inventory, ProjectFolder


def init(
    service: Annotated[str, typer.Argument(help="A service of the project's stacks.")],
    image: Annotated[
        str,
        typer.Option(metavar="TARGET", help="Its image, as `harden profile analyse` takes it. Default: not looked at."),
    ] = "",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
) -> None:
    """Write a policy for a service from its definition, its image and recordings. Overwrites nothing."""
    import json

    from hardening import outputs
    from hardening import project as projects
    from hardening.confine import evidence, first_policy, library, sources
    from hardening.confine.first_policy import Described
    from hardening.errors import HardenError

    from . import progress
    from . import sources as cluster
    from .profile_analyse import opened

    machines = cluster.inventory(inventory, project)
    stacks = projects.stacks(project, machines, cluster.images_lock(inventory, project))
    found = {name: stack for stack in stacks for name in stack.services}
    if service not in found:
        raise HardenError(f"there is no service `{service}`", f"there are: {', '.join(sorted(found)) or 'none'}")
    role = found[service].services[service].profile or service
    fitting = re.sub(r"[^a-z0-9_.-]", "-", role.lower()).lstrip("-_.")[:64] or "service"
    library.demand_name(role, f"name it in {found[service].source}: x-harden: {{profile: {fitting}}}")
    path = roles.folder(project) / role / library.POLICY_FILE
    if path.exists():
        raise HardenError(f"{path}: is there already", "edit it, or remove it first")
    with progress.lines() as report, opened(image, "", inventory, project, report) if image else nullcontext() as seen:
        definition = json.loads(found[service].document)["services"][service]
        config = seen[0].config.under(definition) if seen else None
        programs = evidence.programs(seen[0].files, config.words, config) if seen and config else ()
        about = Described(service, definition, programs, config.working_dir if config else "")
    text = first_policy.draft(about, sources.read(path.parent.parent, role).recordings)
    outputs.make_folder(path.parent)
    outputs.write_all({path: text.encode()}, shared=True)
    typer.echo(f"written: {path}")
    if not found[service].services[service].profile:
        typer.echo(f"Name it in {found[service].source}: x-harden: {{profile: {role}}}")
    steps = {
        f"analyse {service}": "what its image's code can do",
        f"build {role}": "the profiles; again after each recording",
        f"review {role}": "what a person has to decide",
    }
    width = max(map(len, steps))
    typer.echo("Read it, it is yours; then:")
    for step, does in steps.items():
        typer.echo(f"  harden profile {step:{width}}  {does}")
