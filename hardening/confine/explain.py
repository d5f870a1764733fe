"""Says of each rule why it is there, what it is worth to an intruder, and what went through it before."""

import difflib

from msgspec import Struct

from hardening.errors import HardenError
from hardening.model.profile import Evidence, Risk, RuleKind
from hardening.model.review import ItemKind

from . import paths, powers
from .effect import allowing
from .generate import Composed
from .powers import Vulnerability
from .syscalls import numbers


class Explained(Struct, frozen=True):
    """A rule, or something that was asked and is not in the profile.

    Attributes:
        name: such as `call:openat`.
        allowed: whether the profile allows it.
        power: what it lets the service do.
        breaks: scenarios, with the program, that did it: what refusing it would break. Empty when none did.
        holes: vulnerabilities that were reached through the call.
        closed: those of them that the profile keeps out of reach, by their ids.
        question: why it was asked, when it was.
        by: rules that allow what was asked, where it is not a rule itself.
    """

    name: str
    allowed: bool
    power: str
    risk: Risk
    evidence: tuple[Evidence, ...]
    breaks: tuple[str, ...]
    holes: tuple[Vulnerability, ...]
    closed: tuple[str, ...] = ()
    question: ItemKind | None = None
    by: tuple[str, ...] = ()


def explain(composed: Composed, wanted: str = "") -> tuple[Explained, ...]:
    """Everything about a role, or some of it: by a rule's name or kind, a call's bare name, or the beginning of a path.

    Raises:
        HardenError: nothing has that name.
    """
    everything = tuple(sorted((*_rules(composed), *_questions(composed)), key=lambda each: each.name))
    found = tuple(each for each in everything if not wanted or _is_meant(each.name, wanted))
    if not found:
        hint = "such as: openat, /tmp, network:inet, signal; without a name all are shown"
        names = {part for each in everything for part in (each.name, each.name.partition(":")[2])}
        if wanted.removeprefix("call:") in numbers():
            hint = "it is refused: no scenario made the call, no code of the image can, and no person named it"
        elif near := difflib.get_close_matches(wanted, sorted(names), n=1):
            hint = f"did you mean `{near[0]}`?"
        raise HardenError(f"{composed.profile.role}: no rule and no question is named `{wanted}`", hint)
    return found


def _is_meant(name: str, wanted: str) -> bool:
    kind, _, value = name.partition(":")
    words = value.split()
    return wanted in {name, kind, value, words[0]} or (wanted.startswith("/") and value.startswith(wanted)) or (
        ":" in wanted and name.startswith(wanted)
    )  # fmt: skip


def _rules(composed: Composed) -> list[Explained]:
    asked = {item.id: item for item in composed.items}
    found = []
    for rule in composed.profile.rules:
        recorded = [
            each.source for each in rule.evidence if each.kind in {"recorded", "runtime"} and ": " in each.source
        ]
        item = asked.get(rule.name)
        found.append(
            Explained(
                name=rule.name,
                allowed=True,
                power=_power(rule.kind, rule.value),
                risk=rule.risk,
                evidence=rule.evidence,
                breaks=tuple(sorted(recorded)),
                holes=(holes := _holes(rule.kind, rule.value)),
                closed=tuple(hole.cve for hole in holes if not powers.reaches(composed.profile, hole)),
                question=item.kind if item else None,
            )
        )
    return found


def _questions(composed: Composed) -> list[Explained]:
    """What was asked and is no rule; others may allow it all the same."""
    rules = {rule.name for rule in composed.profile.rules}
    found = []
    for item in composed.items:
        if item.id in rules:
            continue
        kind, _, value = item.id.partition(":")
        # Of a pattern that is refused, the files are rules, or questions of their own.
        done = item.evidence if item.kind is not ItemKind.WIDENED else ()
        breaks = tuple(sorted(each.source for each in done if each.kind == "recorded"))
        holes = _holes(RuleKind(kind), value)
        closed = tuple(hole.cve for hole in holes if not powers.reaches(composed.profile, hole))
        by = tuple(rule.name for rule in allowing(composed.profile, item.id))
        evidence = (*((composed.decided[item.id],) if item.id in composed.decided else ()), *item.evidence)
        found.append(
            Explained(item.id, bool(by), item.power, item.risk, evidence, breaks, holes, closed, item.kind, by)
        )
    return found


def _power(kind: RuleKind, value: str) -> str:
    if kind in {RuleKind.CALL, RuleKind.ARGUMENT}:
        return powers.power(value.split(maxsplit=1)[0])
    if kind is RuleKind.FILE:
        return paths.power(paths.rule(value))
    others = {RuleKind.NETWORK: "open sockets", RuleKind.CAPABILITY: "privileges", RuleKind.EGRESS: powers.LEAVE}
    others |= {RuleKind.PTRACE: "look at its neighbours", RuleKind.PRIVILEGES: powers.GAIN}
    return others.get(kind, "signal other programs")


def _holes(kind: RuleKind, value: str) -> tuple[Vulnerability, ...]:
    return powers.vulnerabilities(value) if kind is RuleKind.CALL else ()
