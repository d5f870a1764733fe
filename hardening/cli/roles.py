"""What the commands of `harden profile` share: where roles are, and how they are named."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hardening.confine.apparmor import Version

Role = Annotated[str, typer.Argument(help="Folder name below `profiles/`, such as `web`.")]
Roles = Annotated[list[str] | None, typer.Argument(help="Default: all.")]
Parser = Annotated[
    str, typer.Option(help="Version of the node's apparmor_parser; 3.0 suits all, 4.0 and later add rules.")
]


def folder(project: Path) -> Path:
    """The project's own profiles, or those that come with the program."""
    from hardening import data, documents
    from hardening.project import PROJECT_FILE, ProjectFile

    if (project / PROJECT_FILE).is_file():
        return project / documents.load(project / PROJECT_FILE, ProjectFile).profiles
    return data.folder("profiles")


def chosen(folder: Path, named: list[str] | None) -> tuple[str, ...]:
    """The roles that a command is about: those that were named, or all; then it tells of folders that are none.

    Raises:
        HardenError: there is none at all, which no command may take for a folder in which all is well.
    """
    from hardening.confine import library
    from hardening.errors import HardenError
    from hardening.render.inert import plain

    for stray in library.strays(folder) if not named else ():
        typer.echo(plain(f"{stray}: has no {library.POLICY_FILE}, and is no role"), err=True)
    found = tuple(named or library.roles(folder))
    if not found:
        raise HardenError(f"{folder}: there is no role in it", "write the first: harden profile init SERVICE")
    return found


def show_remarks(folder: Path, role: str, images: Iterable[str] = ()) -> None:
    """Tell what is no problem and no question, beside the answer."""
    from hardening.confine import library
    from hardening.render.inert import plain

    for line in library.remarks(folder, role, images):
        typer.echo(plain(f"{role}: remark: {line}"), err=True)


def version(text: str) -> "Version":
    """The number in `--parser`."""
    from hardening.errors import HardenError

    found = re.fullmatch(r"([0-9]{1,4})(?:\.([0-9]{1,4})(?:\.[\w.~+-]*)?)?", text)
    if not found:
        raise HardenError(f"--parser {text}: not a version such as 4.1")
    return int(found[1]), int(found[2] or 0)


def images(inventory: str, project: Path) -> dict[str, tuple[str, ...]]:
    """Role -> references of the images that its services run, where the project has stacks and locked images."""
    from hardening import project as projects

    from . import sources

    lock = sources.images_lock(inventory, project)
    if not (project / projects.PROJECT_FILE).is_file() or not lock.is_file():
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for stack in projects.stacks(project, sources.inventory(inventory, project), lock):
        for service in stack.services.values():
            found[service.profile] = (*found.get(service.profile, ()), service.image)
    return found


def demand_decided(project: Path, used: Iterable[str]) -> None:
    """Refuse profiles about which a question is open.

    Raises:
        HardenError: with the roles, and how many questions each has.
    """
    from hardening.confine import library
    from hardening.errors import HardenError

    place = folder(project)
    left = {role: len(library.open_items(place, role)) for role in sorted(used)}
    if undecided := [f"{role} ({count})" for role, count in left.items() if count]:
        raise HardenError(
            f"{place}: profiles with open questions: {', '.join(undecided)}",
            "decide: harden profile review ROLE; or deploy them as they are: --allow-unreviewed",
        )
