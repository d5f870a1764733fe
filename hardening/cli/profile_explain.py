"""`harden profile explain` and `diff`: why a rule is there, and what two profiles differ in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import roles
from .options import AsJson, ProjectFolder
from .roles import Role

if TYPE_CHECKING:
    from hardening.confine.compare import Powers
    from hardening.confine.explain import Explained


def explain(
    role: Role,
    rule: Annotated[
        str,
        typer.Argument(
            help="A call, a path, a rule's name such as `network:inet stream`, a kind such as `signal`. Default: all."
        ),
    ] = "",
    project: ProjectFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Say of each rule why it is there, since which image, what it is worth to an intruder, and what would break."""
    import msgspec

    from hardening.confine import library
    from hardening.confine.explain import explain as explained
    from hardening.render.inert import plain

    found = explained(library.composed(roles.folder(project), role), rule)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    for each in found:
        for text in [_summary(each)] if not rule else _told(each):
            typer.echo("\t".join(map(plain, text.split("\t"))))


def _summary(each: "Explained") -> str:
    first = each.evidence[0]
    sign = "" if each.allowed and not each.by else f"{_state(each)}; "
    more = f" (+{len(each.evidence) - 1})" if len(each.evidence) > 1 else ""
    return f"{each.name}\t{sign}{each.risk.value} risk\t{first.kind.value}: {first.source}{more}"


def _state(each: "Explained") -> str:
    if each.by:
        return f"allowed by {', '.join(each.by)}"
    return "allowed" if each.allowed else "not allowed"


def _told(each: "Explained") -> list[str]:
    lines = [f"{each.name}: {_state(each)}, {each.risk.value} risk, lets it: {each.power}"]
    for evidence in each.evidence:
        since = f"  first seen in {evidence.first_seen[:19]}" if evidence.first_seen else ""
        lines.append(f"  {evidence.kind.value:<9} {evidence.source}{since}")
    for hole in each.holes:
        reach = " (out of reach)" if hole.cve in each.closed else ""
        lines += [f"  {hole.cve:<15} {hole.what}{reach}"]
    if each.allowed and not each.by:
        broken = ", ".join(each.breaks) or "nothing that a scenario did"
        lines.append(f"  without it would break: {broken}")
    elif each.question:
        lines.append(f"  asked as: {each.question.value}")
        lines += [f"  breaks without it: {', '.join(each.breaks)}"] if each.breaks and not each.by else []
    return lines


def diff(
    first: Annotated[
        str, typer.Argument(help="A role, ROLE@REVISION of git, a folder of a role, or `docker-default`.")
    ],
    second: Annotated[str, typer.Argument(help="The same; what it has more and less is shown.")],
    project: ProjectFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Compare two profiles in powers gained and lost; exit 1 when they differ."""
    import msgspec

    from hardening.confine import compare
    from hardening.errors import Exit

    found = compare.changes(_powers(first, project), _powers(second, project))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    for change in found if not as_json else ():
        whole = "" if not change.whole else " (wholly)"
        typer.echo(f"{change.power}{whole}")
        for sign, things in (("+", change.gained), ("-", change.lost)):
            if things:
                typer.echo(f"  {sign} {', '.join(things)}")
    if not found and not as_json:
        typer.echo("the same powers")
    raise typer.Exit(Exit.FAILED if found else Exit.OK)


def _powers(name: str, project: Path) -> "Powers":
    from hardening.confine import compare, library
    from hardening.hosts.revisions import checked_out

    if name == compare.DOCKER_DEFAULT:
        return compare.docker_default()
    role, at, revision = name.rpartition("@")
    if at:
        with checked_out(roles.folder(project) / role, revision) as folder:
            return compare.powers_of(library.kept(folder))
    if "/" in name:
        return compare.powers_of(library.kept(Path(name)))
    return compare.powers_of(library.profile(roles.folder(project), name))
