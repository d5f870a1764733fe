"""`harden profile analyse`: which system calls an image's programs can make."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.images import OpenedImage
    from hardening.model.analysis import Analysis
    from hardening.model.stack import StackService


def analyse(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A service of the project, an image that was built here, a root folder, an archive by `docker save`, "
            "or an image reference that a node's engine has.",
        ),
    ],
    role: Annotated[str, typer.Option(help="Keep the answer as profiles/ROLE/analysis.json. Default: as named.")] = "",
    program: Annotated[
        list[str] | None, typer.Option(help="A program to follow beside those that the image starts.")
    ] = None,
    node: Annotated[str, typer.Option(help="Whose engine has the image. Default: the first manager.")] = "",
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Read from machine code which system calls a service can make: entry point, command, health check, recordings.

    x86-64 only. Answers are kept by digest of each file, so the second time takes a moment.
    """
    from hardening.confine import evidence
    from hardening.errors import HardenError
    from hardening.lab.paths import cache_directory

    from . import progress, roles

    folder = roles.folder(project)
    with progress.lines() as report, opened(target, node, inventory, project, report) as (image, named):
        for_role = role or named or (target if (folder / target / "policy.yml").is_file() else "")
        if gone := [each for each in program or () if image.files.real(each) is None]:
            raise HardenError(f"--program {gone[0]}: there is no such file in the image")
        report("", "reading its code")
        words = (*image.config.words, *(program or ()), *evidence.executed(folder, for_role))
        found = evidence.analyse(image.files, words, image.digest, cache_directory() / "analysis", image.config)
    kept = evidence.keep(folder, for_role, found) if for_role else None
    if as_json:
        typer.echo(evidence.as_json(found))
        return
    _show(found)
    typer.echo(f"kept: {kept}" if kept else "not kept: name a role with --role")


def _show(found: "Analysis") -> None:
    typer.echo(f"{len(found.syscalls)} system calls, {len(found.programs)} programs, {len(found.files)} files")
    for path in found.programs:
        typer.echo(f"  program  {path}")
    for each in found.unresolved:
        typer.echo(f"  unresolved: {each.count} in {each.function} of {each.library}")
    for text in found.missing:
        typer.echo(f"  missing: {text}")


@contextmanager
def opened(
    target: str, node: str, inventory: str, project: Path, report: "progress.Report"
) -> Iterator[tuple["OpenedImage", str]]:
    """The image behind a target, and the role that goes with it."""
    from hardening import images
    from hardening.confine.static import Folder
    from hardening.images.opened import ImageConfig, OpenedImage
    from hardening.images.store import BlobStore

    from .images import cache_folder

    path = Path(target)
    folders = [cache_folder() / "layout", cache_folder() / "official"]
    made = [each for place in folders if place.is_dir() for each in images.recorded(BlobStore(place))]
    if path.is_dir():
        yield OpenedImage("", ImageConfig(), Folder(path)), ""
    elif path.is_file():
        with images.saved(path) as image:
            yield image, ""
    elif same := [each for each in made if each.role == target]:
        with images.built(same[0]) as image:
            yield image, target
    else:
        with _from_engine(target, node, inventory, project, report) as opened:
            yield opened


@contextmanager
def _from_engine(
    target: str, node: str, inventory: str, project: Path, report: "progress.Report"
) -> Iterator[tuple["OpenedImage", str]]:
    """An image that an engine has; a service's own image where the project has a service of that name."""
    import json
    import tempfile

    import msgspec

    from hardening import images
    from hardening.errors import HardenError
    from hardening.hosts import connect
    from hardening.hosts.engine import engine
    from hardening.project import PROJECT_FILE, stacks

    from . import sources

    if not inventory and not (project / PROJECT_FILE).is_file():
        raise HardenError(
            f"{target}: no folder, no archive, and no image that was built here",
            "for one that an engine has, name the machines: --inventory local, or a project folder: --project DIR",
        )
    machines = sources.inventory(inventory, project)
    services: dict[str, StackService] = {}
    definitions: dict[str, dict[str, object]] = {}
    if (project / PROJECT_FILE).is_file():
        for stack in stacks(project, machines, sources.images_lock(inventory, project)):
            services |= stack.services
            definitions |= json.loads(stack.document)["services"]
    reference, role = (services[target].image, services[target].profile) if target in services else (target, "")
    names = [each.name for each in machines.managers] if not node else [node]
    with connect(machines) as hosts, tempfile.NamedTemporaryFile(suffix=".tar") as file:
        if names[0] not in hosts:
            raise HardenError(f"--node {node}: no such node", f"there are: {', '.join(hosts)}")
        report(names[0], f"fetching {reference}")
        with engine(hosts[names[0]]) as there:
            digest = there.save(reference, file)
        file.flush()
        with images.saved(Path(file.name)) as image:
            config = image.config.under(definitions.get(target, {}))
            yield msgspec.structs.replace(image, digest=digest, config=config), role


if TYPE_CHECKING:
    from . import progress
