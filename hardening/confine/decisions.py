"""Reads what was decided about a role: a file is held to the same as a command, for whoever merges it has decided."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from hardening import documents
from hardening.documents import Document, Position
from hardening.errors import HardenError
from hardening.model.policy import FileRule
from hardening.model.profile import RuleKind
from hardening.model.review import Decision, Review, Verdict

from . import globs, patterns
from .lint import forbidden_file
from .syscalls import numbers

REVIEW_FILE = "review.yml"
_STRANGE = re.compile("[\ud800-\udfff\x85\u2028\u2029]")
"""Halves of characters, as which a shell's Latin-1 arrives, and line ends that YAML folds into blanks."""


def read_review(path: Path) -> Review:
    """A role's decisions; none when there is no such file.

    Raises:
        HardenError: with file and line.
    """
    if not (path.exists() or path.is_symlink()):
        return Review()
    document = documents.read(path)
    review = document.convert(Review)
    for index, decision in enumerate(review.decisions):
        for below, message, hint in _problems(decision):
            raise document.error(("decisions", index, *below), message, hint)
    return review


def demand_sound(decision: Decision) -> None:
    """Refuse what `read_review` would refuse.

    Raises:
        HardenError: with what is wrong.
    """
    for _, message, hint in _problems(decision):
        raise HardenError(message, hint)


def says(text: str, wanted: Review) -> bool:
    """Whether a file of this text has exactly these decisions."""
    try:
        return Document(REVIEW_FILE, text).convert(Review) == wanted
    except HardenError:
        return False


def is_said(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(each.isprintable() and not each.isspace() for each in text)


def _problems(decision: Decision) -> Iterator[tuple[Position, str, str]]:
    """Where in a decision something is wrong, what, and what to do."""
    yield from _problems_of_items(decision.items)
    for field in ("reason", "by"):
        if strange := _STRANGE.search(getattr(decision, field)):
            yield (field,), f"`{field}` has {strange[0]!a} in it", "write it in UTF-8, without invisible line ends"
    if decision.verdict is Verdict.OPEN:
        return
    for field in ("reason", "by", "date"):
        if not is_said(getattr(decision, field)):
            yield (), f"a decision needs `{field}`", "an item that is not decided has `verdict: open`"
    if not _is_day(decision.date):
        yield ("date",), f"`{decision.date}` is no date", "one is written 2031-05-01"
    if decision.verdict is Verdict.NARROW and not decision.narrowed:
        yield (), "`narrow` needs `narrowed`: the rules to have instead", "from a shell: --to RULE"
    if decision.verdict is not Verdict.NARROW and decision.narrowed:
        yield ("narrowed",), f"`narrowed` goes with `narrow`, not with `{decision.verdict}`", ""
    for index, text in enumerate(decision.narrowed):
        yield from ((("narrowed", index), message, hint) for message, hint in _too_wide(decision.items, text))


def _problems_of_items(items: Sequence[str]) -> Iterator[tuple[Position, str, str]]:
    if not items:
        yield (), "a decision names its `items`", "those that are asked: harden profile review ROLE --json"
    for index, item in enumerate(items):
        kind, _, value = item.partition(":")
        if kind not in tuple(RuleKind) or not value:
            yield ("items", index), f"`{item}` is no item", "one is written call:setuid, or file:/srv/cache/** rwk"
        elif kind in {RuleKind.CALL, RuleKind.ARGUMENT} and value not in numbers():
            yield ("items", index), f"`{item}`: `{value}` is no Linux system call", ""
        elif kind == RuleKind.FILE and not globs.is_pattern(value):
            yield ("items", index), f"`{item}`: there is no such path pattern", ""
        elif item in items[:index]:
            yield ("items", index), f"`{item}` stands twice", ""


def _too_wide(items: Iterable[str], text: str) -> Iterator[tuple[str, str]]:
    """A narrowing keeps some of the items, or has path rules that lie within one of theirs."""
    if text in items:
        return
    if not text.startswith(f"{RuleKind.FILE}:"):
        yield f"`{text}` is none of the items", "name those that stay, or a path: file:/data/*.db rw"
    elif reason := forbidden_file(rule := _file(text)):
        yield f"`{text}`: {reason}", ""
    else:
        asked = (_file(item) for item in items if item.startswith(f"{RuleKind.FILE}:"))
        wide = [each.path for each in asked if patterns.letters(rule.access) <= patterns.granted(each)]
        if not globs.contains(wide, rule.path):
            yield f"`{text}` is not within what is asked", "a narrowing allows less than the item"


def _file(name: str) -> FileRule:
    path, _, access = name.partition(":")[2].rpartition(" ")
    return FileRule(path, access)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
