"""Writes decisions into a role's review.yml."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from hardening import documents
from hardening.errors import FailedError, HardenError
from hardening.model.policy import FileRule
from hardening.model.profile import RuleKind
from hardening.model.review import Decision, Item, Review, Verdict

from . import library, patterns
from .lint import forbidden_file
from .sources import REVIEW_FILE, read_review

_HEADER = """\
# What was asked about this role, and what was decided. `harden profile review` asks what is open; the last decision
# about an item counts.
decisions:
"""


def decide(folder: Path, role: str, decision: Decision) -> Path:
    """Add a decision; returns the file.

    Raises:
        HardenError: an item is not asked about this role, a reason or name is missing, or a narrowing does not narrow.
        FailedError: the file cannot be written.
    """
    asked = {item.id: item for item in library.composed(folder, role).items}
    for item in decision.items:
        if item not in asked:
            raise HardenError(
                f"{role}: `{item}` is no question", f"those that are: harden profile review {role} --json"
            )
    if decision.verdict is not Verdict.OPEN and not (decision.reason.strip() and decision.by.strip()):
        raise HardenError(f"{role}: a decision needs a reason and a name", "add --reason TEXT, and --by NAME")
    if decision.verdict is Verdict.NARROW:
        _demand_narrower([asked[item] for item in decision.items], decision.narrowed)
    return _append(folder / role / REVIEW_FILE, (decision,))


def leave_open(folder: Path, role: str) -> tuple[Path, int]:
    """Write what is open into the file, to be decided there; returns the file and how many items are new in it."""
    path = folder / role / REVIEW_FILE
    noted = {
        item for decision in read_review(path).decisions if decision.verdict is Verdict.OPEN for item in decision.items
    }
    groups: dict[str, list[str]] = {}
    for item in library.composed(folder, role).open:
        if item.id not in noted:
            groups.setdefault(item.power, []).append(item.id)
    decisions = [
        Decision(tuple(items), Verdict.OPEN, reason=f"would let it {power}") for power, items in groups.items()
    ]
    return _append(path, decisions) if decisions else path, sum(len(each) for each in groups.values())


def _demand_narrower(items: Sequence[Item], narrowed: Sequence[str]) -> None:
    """A narrowing keeps some of the items, or has path rules that lie within one of theirs."""
    wide = [_file(item.id) for item in items if item.id.startswith(f"{RuleKind.FILE}:")]
    for text in narrowed:
        if text in {item.id for item in items}:
            continue
        rule = _file(text) if text.startswith(f"{RuleKind.FILE}:") else None
        if rule is None:
            raise HardenError(f"`{text}` is none of the items", "name those that stay, or a path: file:/data/*.db rw")
        if reason := forbidden_file(rule):
            raise HardenError(f"`{text}`: {reason}")
        example, access = patterns.example(rule.path), patterns.letters(rule.access)
        if not any(patterns.covers(each, example, access) for each in wide):
            raise HardenError(f"`{text}` is not within what is asked", "a narrowing allows less than the item")


def _file(name: str) -> FileRule:
    path, _, access = name.partition(":")[2].rpartition(" ")
    return FileRule(path, access)


def _append(path: Path, decisions: Iterable[Decision]) -> Path:
    """Add entries at the end of the file, whose text above stays as it is, comments and all."""
    new = tuple(decisions)
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEADER
    wanted = Review((*read_review(path).decisions, *new))
    entries = [_plain(decision) for decision in new]
    dumped = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=116, default_flow_style=False)
    fresh = text.rstrip("\n") + "\n" + "".join(f"  {line}\n" for line in dumped.splitlines())
    if not _says(fresh, wanted):
        # The list was written in another way, such as `decisions: []`: write the whole file.
        everything = yaml.safe_dump(
            [_plain(decision) for decision in wanted.decisions], sort_keys=False, allow_unicode=True, width=116
        )
        fresh = _HEADER + "".join(f"  {line}\n" for line in everything.splitlines())
    try:
        path.write_text(fresh, encoding="utf-8")
    except OSError as error:
        raise FailedError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def _says(text: str, wanted: Review) -> bool:
    try:
        return documents.Document(REVIEW_FILE, text).convert(Review) == wanted
    except HardenError:
        return False


def _plain(decision: Decision) -> dict[str, object]:
    """An entry without the fields it does not use."""
    entry: dict[str, object] = {"items": list(decision.items), "verdict": decision.verdict.value}
    fields = {"reason": decision.reason, "by": decision.by, "date": decision.date, "narrowed": list(decision.narrowed)}
    return entry | {key: value for key, value in fields.items() if value}
