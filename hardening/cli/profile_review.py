"""`harden profile review`: decide what evidence alone cannot."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import roles
from .options import AsJson, ProjectFolder
from .roles import Role

if TYPE_CHECKING:
    from hardening.model.review import Decision, Item, Verdict

_COMMA = re.compile(r",(?![^{]*\})")
"""Between rules, not between the alternatives of a path."""
Items = Annotated[list[str] | None, typer.Option(metavar="ITEM", help="By its name, such as `call:setuid`.")]


def review(
    role: Role,
    accept: Items = None,
    refuse: Items = None,
    narrow: Annotated[list[str] | None, typer.Option(metavar="ITEM", help="To what --to says.")] = None,
    to: Annotated[list[str] | None, typer.Option(metavar="RULE", help="With --narrow: what stays allowed.")] = None,
    undo: Annotated[list[str] | None, typer.Option(metavar="ITEM", help="Open an item again.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    by: Annotated[str, typer.Option(help="Who decides. Default: your name on this machine.")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write open items into review.yml, to be decided there.")
    ] = False,
    project: ProjectFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Go through what is open: risky calls only the code knows, new paths, wide patterns. Exit 1 while any is left.

    In a terminal it asks one power after the other; with options, or as the file review.yml, it suits scripts and pull
    requests. `harden profile build` honours what was decided.
    """
    import sys

    from hardening.confine import library
    from hardening.errors import Exit, HardenError
    from hardening.model.review import Verdict

    folder, who = roles.folder(project), by or _own_name()
    given = {Verdict.ACCEPT: accept, Verdict.REFUSE: refuse, Verdict.NARROW: narrow, Verdict.OPEN: undo}
    if to and not narrow:
        raise HardenError("--to says what a narrowing leaves", "name what is narrowed: --narrow ITEM")
    if any(given.values()) or write:
        decisions = [_decision(verdict, items, reason, who, to or ()) for verdict, items in given.items() if items]
        if decisions:
            _decide(folder, role, decisions)
        if write:
            _leave_open(folder, role)
    elif sys.stdin.isatty() and not as_json:
        _ask(folder, role, who)
    left = library.open_items(folder, role)
    _show(left, as_json=as_json)
    roles.show_remarks(folder, role)
    raise typer.Exit(Exit.FAILED if left else Exit.OK)


def _decision(verdict: "Verdict", items: list[str], reason: str, who: str, narrowed: "Sequence[str]") -> "Decision":
    from datetime import UTC, datetime

    from hardening.model.review import Decision, Verdict

    today = datetime.now(UTC).date().isoformat()
    kept = tuple(narrowed) if verdict is Verdict.NARROW else ()
    return Decision(tuple(dict.fromkeys(items)), verdict, reason, who, today, kept)


def _decide(folder: Path, role: str, decisions: "Sequence[Decision]") -> None:
    from hardening.confine import effect, library, review
    from hardening.confine.explain import explain
    from hardening.model.review import Verdict
    from hardening.render.inert import plain

    path = review.decide(folder, role, decisions)
    made = library.composed(folder, role)
    breaks = {each.name: each.breaks for each in explain(made) if not each.allowed}
    for each in decisions:
        typer.echo(plain(f"{each.verdict.value}: {', '.join(each.items)} ({path})"), err=True)
        for item in each.items if each.is_made else ():
            refused = each.verdict is not Verdict.ACCEPT and item not in each.narrowed
            if rules := effect.allowing(made.profile, item) if refused else ():
                typer.echo(plain(f"  {item} is still allowed by {', '.join(rule.name for rule in rules)}"), err=True)
            if broken := breaks.get(item):
                typer.echo(plain(f"  {item} was recorded, and is refused now: {', '.join(broken)}"), err=True)


def _leave_open(folder: Path, role: str) -> None:
    from hardening.confine import review

    path, count = review.leave_open(folder, role)
    typer.echo(f"{path}: {count} open items written", err=True)


def _ask(folder: Path, role: str, who: str) -> None:
    """One power after the other: what it is, why it is asked, and what is to be done."""
    from hardening.confine import library

    for heading, items in _by_power(library.open_items(folder, role)):
        typer.secho(f"\n{heading}", bold=True)
        for item in items:
            typer.echo(_told(item))
        if not _is_answered(folder, role, who, [item.id for item in items]):
            return


def _is_answered(folder: Path, role: str, who: str, items: list[str]) -> bool:
    """Ask about items of one power, again after an answer that does not do; False when there is to be an end."""
    from hardening.errors import HardenError
    from hardening.model.review import Verdict
    from hardening.render.inert import plain

    answers = {"a": Verdict.ACCEPT, "r": Verdict.REFUSE, "n": Verdict.NARROW}
    while True:
        answer = typer.prompt("[a]ccept all, [r]efuse all, [n]arrow, [s]kip, [q]uit", default="s")[:1].lower()
        if answer not in answers:
            return bool(answer != "q")
        kept = _COMMA.split(typer.prompt("what stays allowed, separated by commas")) if answer == "n" else []
        reason = typer.prompt("why")
        try:
            _decide(folder, role, [_decision(answers[answer], items, reason, who, [each.strip() for each in kept])])
        except HardenError as error:
            typer.echo(plain(error.message), err=True)
        else:
            return True


def _by_power(items: "tuple[Item, ...]") -> "Iterator[tuple[str, list[Item]]]":
    """Items of one power together, under a line that says which and how grave the gravest is."""
    from hardening.render.inert import plain

    for power, group in groupby(items, key=lambda item: item.power):
        together = list(group)
        risk = max((item.risk for item in together), key=lambda each: each.rank)
        yield plain(f"{risk.value} risk: {power}"), together


def _told(item: "Item") -> str:
    from hardening.confine import powers
    from hardening.render.inert import plain

    holes = powers.vulnerabilities(item.id.partition(":")[2])
    known = f"; went through it: {', '.join(each.cve for each in holes)}" if holes else ""
    lines = [f"  {item.id}  ({item.kind.value}{known})"]
    lines += [f"      {each.kind.value}: {each.source}" for each in item.evidence[:3]]
    return "\n".join(map(plain, lines))


def _show(items: "tuple[Item, ...]", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(items)).decode())
        return
    for heading, group in _by_power(items):
        typer.echo(heading)
        for item in group:
            typer.echo(_told(item))
    typer.echo(f"{len(items)} open" if items else "nothing is open")


def _own_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return ""
