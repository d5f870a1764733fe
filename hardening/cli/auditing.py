"""What the commands around an audit share: everything the user gave, read and checked; a report, shown and kept."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer
from msgspec import Struct

from hardening.docker_bench.read import BenchReport
from hardening.errors import HardenError, encodable
from hardening.model.facts import Facts
from hardening.model.findings import Check, Report
from hardening.model.known import Known, Unavailable
from hardening.model.waiver import Waiver
from hardening.render.formats import Format

if TYPE_CHECKING:
    from hardening.docker_bench import Script
    from hardening.history import Store
    from hardening.project import ProjectFile

DOCKER_BENCH = "docker-bench"


class Questions(Struct, frozen=True):
    """What is asked, and what the project accepts.

    Attributes:
        known: every check there is.
        asked: those that are put.
        waivers: of the project, whether their checks are asked or not.
    """

    known: tuple[Check, ...]
    asked: tuple[Check, ...]
    waivers: tuple[Waiver, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Ids of the checks that are not put."""
        asked = {check.id for check in self.asked}
        return tuple(check.id for check in self.known if check.id not in asked)


class Source(Struct, frozen=True):
    """What is judged: facts, and what the cluster is called; what docker-bench-security answered, by node."""

    facts: Facts
    name: str
    script: str = ""
    answers: Mapping[str, Known[BenchReport] | Unavailable] = {}

    def after(self, facts: Facts) -> "Source":
        """The same cluster later."""
        later = msgspec.structs.replace(
            facts,
            allowed_ports=self.facts.allowed_ports,
            allowed_registries=self.facts.allowed_registries,
            evidence=self.facts.evidence,
            roles=self.facts.roles,
        )
        return Source(later, self.name)


def settings(root: Path) -> "ProjectFile | None":
    """A folder's harden.yml; None where there is none."""
    from hardening import documents, project

    if not root.is_dir():
        raise HardenError(f"{root}: is no folder", "-C names the project's")
    path = root / project.PROJECT_FILE
    return documents.load(path, project.ProjectFile) if path.is_file() else None


def _of_project(root: Path, name: str) -> Path | None:
    """A file or folder of a project; None where it is not there, or the folder is no project's."""
    from hardening.project import PROJECT_FILE

    return root / name if (root / PROJECT_FILE).is_file() and (root / name).exists() else None


def known_checks(root: Path, folder: Path | None) -> tuple[Check, ...]:
    """The program's checks and the user's own.

    Only a project's folder `checks` is looked into unasked: what lies there is run.
    """
    from hardening.checks import own

    with redirect_stdout(sys.stderr):  # whatever a user's module prints, standard output is the report's
        return own.load_with(folder or _of_project(root, own.FOLDER))


def questions(
    root: Path, folder: Path | None, waivers_file: Path | None, only: Iterable[str], skip: Iterable[str]
) -> Questions:
    """Checks and waivers as the user wants them; see `harden audit`."""
    from hardening import checks, waivers

    known = known_checks(root, folder)
    path = waivers_file or _of_project(root, waivers.FILE)
    accepted = waivers.read(path, known) if path else ()
    return Questions(known, checks.select(known, only, skip), accepted)


def bench_script(words: Iterable[str]) -> "Script | None":
    """`--with docker-bench=PLACE`: the script there; docker-bench is the one tool there is."""
    from hardening import docker_bench

    chosen = list(words)
    if not chosen:
        return None
    tool, _, place = chosen[0].partition("=")
    if tool != DOCKER_BENCH or not place:
        raise HardenError(f"--with: `{chosen[0]}` is not understood", f"--with {DOCKER_BENCH}=FOLDER, or =IMAGE")
    if len(chosen) > 1:
        raise HardenError(f"--with: {tool} can be asked once")
    return docker_bench.script(place)


def store_name(given: str, root: Path) -> str:
    """The store that was named, or the project's own; empty where there is neither."""
    wanted = settings(root)
    if given or wanted is None or not wanted.store:
        return given
    return wanted.store if "://" in wanted.store else str(root / wanted.store)


def read_file(path: Path, root: Path) -> Source:
    """A facts file, with what the project in a folder wants."""
    from hardening import facts

    return of_project(facts.load(path), encodable(path.stem), root)


def read_machines(inventory: str, root: Path, script: "Script | None") -> Source:
    """The machines now, with what the project wants, and what docker-bench-security says of them where it is asked."""
    from hardening import docker_bench, facts
    from hardening.hosts import connect

    from . import progress, sources

    machines = sources.inventory(inventory, root)
    with connect(machines) as hosts, progress.lines() as report:
        found = facts.gather(machines, hosts, lambda line: report("", line))
        answers = docker_bench.ask(script, hosts, lambda line: report("", line)) if script else {}
    source = of_project(found, machines.source, root)
    return msgspec.structs.replace(source, script=script.name if script else "", answers=answers)


def judge(source: Source, wanted: Questions, earlier: Report | None) -> Report:
    """The audit, what changed since an earlier one, and what docker-bench-security says."""
    from hardening import audit, docker_bench, history

    with redirect_stdout(sys.stderr):  # as where they are loaded
        report = audit.run(source.facts, wanted.asked, source.name, wanted.waivers, wanted.left_out)
    if source.answers:
        compared = docker_bench.compare(report, source.answers, source.script)
        report = msgspec.structs.replace(report, docker_bench=compared)
    if earlier:
        report = msgspec.structs.replace(report, changes=history.compare(report, earlier))
    return report


class Delivery:
    """Where a report goes: files, standard output, a store. Found out before the work whether it can."""

    def __init__(
        self, paths: list[Path], form: Format | None, *, everything: bool = False, source: Path | None = None
    ) -> None:
        """`source` is the file that all is made from, and that nothing may replace."""
        from hardening.render import formats

        formats.check_writable(paths, form)
        if source and source.resolve() in {path.resolve() for path in paths}:
            raise HardenError(f"{source}: is what is read, and would be replaced", "name another file with -o")
        self._paths, self._form, self._everything = paths, form, everything

    def of(self, report: Report, keeper: "Store | None" = None) -> None:
        """Show a report, write it, keep it."""
        from hardening.render import formats

        self._show(report)
        formats.write_all(report, self._paths, self._form)
        for path in self._paths:
            typer.echo(f"wrote {path}", err=True)
        if keeper:
            typer.echo(f"kept {keeper.keep(report)}", err=True)

    def _show(self, report: Report) -> None:
        from rich.console import Console

        from hardening.render import formats, terminal

        if self._form is None:
            terminal.show(report, Console(highlight=False), everything=self._everything)
        else:
            typer.echo(formats.encoded(report, self._form), nl=False)


def of_project(found: Facts, name: str, root: Path) -> Source:
    """Facts with what the project in a folder wants; `name` is for a cluster without a project."""
    from hardening.project import with_expectations

    wanted = settings(root)
    if wanted is None:
        return Source(found, name)
    return Source(with_expectations(found, wanted, root), wanted.name)
