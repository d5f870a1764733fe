"""`harden quickstart`: everything, on this machine, from nothing."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardening.hosts import Host
from hardening.model.facts import Facts
from hardening.model.inventory import Inventory

from .options import ProjectFolder

if TYPE_CHECKING:
    from hardening.images import BuiltImage, Progress

app = typer.Typer(add_completion=False)

IMAGE_PROGRAMS = {"npm": "npm"}
"""What building the images needs besides what the lab needs: program -> Debian package."""

Report = Callable[[str, str], None]
Nodes = Annotated[int, typer.Option(help="Machines of the lab.", min=1, max=9)]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the audit's report.")]
Install = Annotated[bool, typer.Option("--install", help="Install missing host packages although this is not root.")]


@app.command()
def quickstart(
    project: ProjectFolder = Path(), nodes: Nodes = 3, output: Output = Path("reports/out"), install: Install = False
) -> None:
    """Bring up the lab, build the images, deploy the stack hardened, audit it.

    Can be interrupted and run again: every stage goes on from what is there. Remove it all with `harden lab destroy`.
    """
    from hardening.errors import HardenError
    from hardening.hosts import connect
    from hardening.project import PROJECT_FILE

    from . import progress, sources

    if not (project / PROJECT_FILE).is_file():
        raise HardenError(f"{project.resolve()}: has no {PROJECT_FILE}", "run it in the project's folder, or use -C")
    stages = _Stages()
    with progress.lines() as report:
        with stages.time("lab", report):
            inventory = _lab(nodes, report, install=install)
        with stages.time("images", report):
            images = _build(project, report)
        with connect(inventory) as hosts:
            with stages.time("push", report):
                _push(images, hosts[inventory.managers[0].name], sources.images_lock(sources.LAB, project), report)
            with stages.time("deploy", report):
                facts = _deploy(project, hosts, report)
        with stages.time("audit", report):
            verdict, page = _audit(facts, project, output)
    typer.echo(stages.table())
    typer.echo(verdict)
    typer.echo(_farewell(page))


class _Stages:
    """How long each stage took."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str, report: Report) -> Generator[None]:
        report("", f"── {name}")
        started = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - started

    def table(self) -> str:
        rows = [f"  {name:8} {seconds:7.1f} s" for name, seconds in self._seconds.items()]
        return "\n".join(["", *rows, f"  {'in all':8} {sum(self._seconds.values()):7.1f} s", ""])


def _lab(nodes: int, report: Report, *, install: bool) -> Inventory:
    from hardening.lab import Lab
    from hardening.lab.requirements import require

    require(install=install, report=lambda line: report("", line), also=IMAGE_PROGRAMS)
    lab = Lab()
    lab.up(nodes, install=install, report=lambda line: report("", line))
    return lab.inventory()


def _build(project: Path, report: Report) -> "dict[str, BuiltImage]":
    from hardening import images

    from .images import cache_folder

    told = _spoken(report)
    return images.build((), project, cache_folder(), told)


def _push(images: "dict[str, BuiltImage]", host: Host, lock: Path, report: Report) -> None:
    from hardening.images.shipping import ship, write_lock
    from hardening.lab import Lab

    write_lock(lock, ship(images, Lab().registry(), host, _spoken(report)))


def _spoken(report: Report) -> "Callable[[Progress], None]":
    """Image progress as lines, one per thing that happens rather than one per chunk."""
    last: list[str] = []

    def tell(progress: "Progress") -> None:
        line = f"{progress.role} {progress.message}".strip()
        if [line] != last:
            last[:] = [line]
            report("", line)

    return tell


def _deploy(project: Path, hosts: dict[str, Host], report: Report) -> Facts:
    from . import deploying, roles, sources

    wanted = sources.project(sources.LAB, project)
    roles.demand_decided(project, wanted.profiles)
    key = deploying.UnlockKey(sources.unlock_key_file(sources.LAB))
    facts = deploying.run(wanted, hosts, report, key, ask=False, patience=deploying.pace(sources.LAB))
    if facts is None:
        raise RuntimeError("consent was not asked for, and yet refused")
    return facts


def _audit(facts: Facts, project: Path, folder: Path) -> tuple[str, Path]:
    """One line of verdict, and where the report is."""
    from hardening.render import formats, terminal

    from . import auditing, sources

    asked = auditing.questions(project, folder=None, waivers_file=None, only=(), skip=())
    report = auditing.judge(auditing.of_project(facts, sources.LAB, project), asked, earlier=None)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.html"
    formats.write(report, page)
    return terminal.headline(report), page


def _farewell(page: Path) -> str:
    from hardening.lab import Lab

    nodes = Lab().status().nodes
    site = nodes[0].https
    sites = "\n".join(f"  {node.https or node.http}/docs/" for node in nodes)
    return f"""
The site, on each of its machines (forwarded to this one's loopback), by a certificate of its own authority:
{sites}
  harden certificates --inventory lab --ca site_certificate > ca.pem
  curl --cacert ca.pem {site}/apiv1/anuncios
The audit's report:
  {page.resolve()}

Three things to try:
  harden lab ssh node2 -- docker ps        what runs there; then /proc/<pid>/attr/current of any of it
  harden lab kill node3                    and the site still answers on the other machines
  harden audit --inventory lab             after you changed something by hand
"""
