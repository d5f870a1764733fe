"""Writes decisions into a role's review.yml."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from hardening import outputs
from hardening.errors import HardenError
from hardening.model.review import Decision, Review, Verdict

from . import library
from .decisions import REVIEW_FILE, demand_sound, is_said, read_review, says
from .gathering import Decided

_HEADER = """\
# What was asked about this role, and what was decided. `harden profile review` asks what is open; the last decision
# about an item counts.
decisions:
"""


def decide(folder: Path, role: str, decisions: Sequence[Decision]) -> Path:
    """Add decisions, all of them or none; returns the file.

    Raises:
        HardenError: an item is not asked about this role or decided in two ways, a reason or name is missing, a
            narrowing does not narrow, or the file cannot be written. What was decided can be opened though nobody asks.
    """
    asked = {item.id for item in library.composed(folder, role).items}
    known = Decided(read_review(folder / role / REVIEW_FILE)).items
    decided: set[str] = set()
    for decision in decisions:
        for item in decision.items:
            if item not in asked and (decision.is_made or item not in known):
                raise HardenError(
                    f"{role}: `{item}` is no question", f"those that are: harden profile review {role} --json"
                )
        if both := sorted(decided.intersection(decision.items)):
            raise HardenError(f"{role}: `{both[0]}` is decided in two ways", "decide it once")
        if decision.is_made and not (is_said(decision.reason) and is_said(decision.by)):
            raise HardenError(f"{role}: a decision needs a reason and a name", "add --reason TEXT, and --by NAME")
        demand_sound(decision)
        decided |= set(decision.items)
    return _append(folder / role / REVIEW_FILE, decisions)


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


def _append(path: Path, decisions: Iterable[Decision]) -> Path:
    """Add entries at the end of the file, whose text above stays as it is, comments and all.

    Where the list is none to which lines can be added, such as `[]`, the whole file is written anew.

    Raises:
        HardenError: the file would not say what was decided, or cannot be written; it is left as it was.
    """
    new = tuple(decisions)
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEADER
    wanted = Review((*read_review(path).decisions, *new))
    above = text.rstrip().removesuffix("\n...").rstrip()
    indent = re.search(r"^( *)- ", text, re.MULTILINE)
    added = f"{above}\n{_listed(new, indent[1] if indent else '  ')}"
    fresh = next((each for each in (added, _HEADER + _listed(wanted.decisions)) if says(each, wanted)), None)
    if fresh is None:
        raise HardenError(f"{path}: what was decided cannot be written as YAML", "put it into other words")
    outputs.write_all({path: fresh.encode()}, shared=True)
    return path


def _listed(decisions: Iterable[Decision], indent: str = "  ") -> str:
    """Decisions as entries of a list in YAML."""
    entries = [_plain(decision) for decision in decisions]
    dumped = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=116, default_flow_style=False)
    return "".join(f"{indent}{line}\n" for line in dumped.removesuffix("\n").split("\n"))


def _plain(decision: Decision) -> dict[str, object]:
    """An entry without the fields it does not use."""
    entry: dict[str, object] = {"items": list(decision.items), "verdict": decision.verdict.value}
    fields = {"reason": decision.reason, "by": decision.by, "date": decision.date, "narrowed": list(decision.narrowed)}
    return entry | {key: value for key, value in fields.items() if value}
