"""`harden images`: build the images, push them to a registry, list them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Inventory, ProjectFolder

if TYPE_CHECKING:
    from hardening.images import BuiltImage, Progress
    from hardening.model.registry import Registry

app = typer.Typer(no_args_is_help=True, add_completion=False)

_MEGABYTE = 1e6

Roles = Annotated[
    list[str] | None, typer.Argument(metavar="ROLE...", help="Folders of stack/images. Default: all of them.")
]
Base = Annotated[
    str,
    typer.Option(
        metavar="debian|official",
        help="Files from Debian, PyPI and npm, without an engine; or from official images, through a local engine.",
    ),
]
BuildArguments = Annotated[
    list[str] | None,
    typer.Option("--build-arg", metavar="NAME=IMAGE", help="A base for --base official, such as MONGO_BASE=mongo:8.0."),
]


@app.callback()
def images() -> None:
    """Build the images and push them to a registry."""


@app.command()
def build(
    roles: Roles = None,
    *,
    project: ProjectFolder = Path(),
    base: Base = "debian",
    build_arg: BuildArguments = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Debian's archive for newer packages.")] = False,
    json: AsJson = False,
) -> None:
    """Build images. The same inputs give the same digests; what did not change is not built again."""
    from . import progress

    bases = _bases(base, build_arg or [])
    with progress.lines() as report:
        made = _build(roles or [], project, bases, _Told(report), refresh=refresh)
    _show(made, json=json)


@app.command()
def push(
    roles: Roles = None,
    *,
    inventory: Inventory = "",
    project: ProjectFolder = Path(),
    base: Base = "debian",
    build_arg: BuildArguments = None,
    registry: Annotated[str, typer.Option(metavar="HOST:PORT", help="As nodes name it. The lab has its own.")] = "",
    ca: Annotated[Path | None, typer.Option(help="PEM file of the authority that signed its certificate.")] = None,
    json: AsJson = False,
) -> None:
    """Build what is missing, send it to the registry through the first manager, and write images.lock."""
    import msgspec

    from hardening.hosts import connect
    from hardening.images import ship, write_lock

    from . import progress, sources

    bases = _bases(base, build_arg or [])
    machines = sources.inventory(inventory, project)
    target = _registry(inventory, registry, ca)
    with progress.lines() as report:
        told = _Told(report)
        made = {image.role: image for image in _build(roles or [], project, bases, told, refresh=False)}
        with connect(machines) as hosts:
            references = ship(made, target, hosts[machines.managers[0].name], told)
    write_lock(sources.images_lock(inventory, project), references)
    if json:
        typer.echo(msgspec.json.encode(references))
        return
    for reference in references.values():
        typer.echo(reference)


@app.command("list")
def show_list(json: AsJson = False) -> None:
    """List the images that were built on this machine."""
    from hardening.images import recorded
    from hardening.images.store import BlobStore

    folders = [cache_folder() / "layout", cache_folder() / "official"]
    _show([image for folder in folders if folder.is_dir() for image in recorded(BlobStore(folder))], json=json)


class _Told:
    """Passes progress on, one line for each thing that is done and for each quarter of what takes long."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self._report = report
        self._last: tuple[str, str, int] = ("", "", -1)

    def __call__(self, progress: "Progress") -> None:
        quarter = 4 * progress.done // progress.total if progress.total else 0
        if progress.total and progress.total < 4 * _MEGABYTE:
            return
        now = (progress.role, f"{progress.message} {progress.total}", quarter)
        if now == self._last:
            return
        self._last = now
        amount = f" {progress.done / _MEGABYTE:.0f} of {progress.total / _MEGABYTE:.0f} MB" if progress.total else ""
        self._report(progress.role, progress.message + amount)


def _build(
    roles: list[str], project: Path, bases: dict[str, str] | None, told: _Told, *, refresh: bool
) -> list["BuiltImage"]:
    from hardening.errors import HardenError
    from hardening.images import build as build_from_packages
    from hardening.images import official

    if bases is None:
        return list(build_from_packages(roles, project, cache_folder(), told, refresh=refresh).values())
    commands = official.commands(roles, project, bases=bases)
    if not official.engine_answers():
        raise HardenError(
            "--base official needs an engine on this machine",
            "where there is one, run:\n  " + "\n  ".join(" ".join(argv) for argv in commands.values()),
        )
    return list(official.build(commands, cache_folder(), told).values())


def _bases(base: str, arguments: list[str]) -> dict[str, str] | None:
    """Build arguments for official images; None where Debian's packages are wanted."""
    from hardening.errors import HardenError

    if base not in {"debian", "official"}:
        raise HardenError(f"--base {base}: there are `debian` and `official`")
    if arguments and base == "debian":
        raise HardenError("--build-arg names a base image, which only --base official uses")
    return dict(_pair(argument) for argument in arguments) if base == "official" else None


def _pair(argument: str) -> tuple[str, str]:
    from hardening.errors import HardenError

    name, equals, value = argument.partition("=")
    if not (name and equals and value):
        raise HardenError(f"--build-arg {argument}: write NAME=IMAGE")
    return name, value


def _registry(inventory: str, address: str, ca: Path | None) -> "Registry":
    from hardening.errors import HardenError
    from hardening.model.registry import Registry

    from . import sources

    if address:
        try:
            return Registry(address, ca.read_text("ascii") if ca else "")
        except (OSError, UnicodeDecodeError) as error:
            raise HardenError(f"{ca}: not a readable PEM file: {error}") from error
    if inventory == sources.LAB:
        from hardening.lab import Lab

        return Lab().registry()
    raise HardenError("which registry?", "name it: --registry HOST:PORT, as the nodes reach it, and --ca FILE")


def cache_folder() -> Path:
    """Where downloads, layers and built images are kept."""
    from hardening.lab.paths import cache_directory

    return cache_directory() / "images"


def _show(made: list["BuiltImage"], *, json: bool) -> None:
    import msgspec
    from rich.console import Console
    from rich.table import Table

    if json:
        # Paths inside this machine's cache are nobody else's business, but tools may want to copy the layout.
        typer.echo(msgspec.json.format(msgspec.json.encode(made, enc_hook=str)).decode())
        return
    table = Table("image", "digest", "MB", "layers", "built in", box=None)
    for image in made:
        took = "cached" if image.cached else f"{image.seconds:.1f} s"
        table.add_row(image.role, image.digest[:19], f"{image.size / _MEGABYTE:.1f}", str(len(image.layers)), took)
    Console().print(table)
