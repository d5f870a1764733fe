"""What the commands of `harden profile` share: where roles are, and how they are named."""

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


def version(text: str) -> "Version":
    """The number in `--parser`."""
    from hardening.errors import HardenError

    major, _, minor = text.partition(".")
    if not (major.isdigit() and (minor or "0").split(".")[0].isdigit()):
        raise HardenError(f"--parser {text}: not a version such as 4.1")
    return int(major), int((minor or "0").split(".")[0])
