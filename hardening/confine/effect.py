"""Tells whether decisions do what they say."""

from collections.abc import Iterator
from datetime import date, timedelta

from hardening.model.policy import FileRule
from hardening.model.profile import Profile, Rule, RuleKind
from hardening.model.review import Decision, Review, Verdict

from . import paths
from .gathering import Decided
from .generate import Composed

_UNDO = "to take it out: harden profile review ROLE --undo ITEM"


def allowing(profile: Profile, item: str) -> tuple[Rule, ...]:
    """The rules by which a profile allows what an item names, whatever was decided about it."""
    kind, _, value = item.partition(":")
    of_kind = {rule.value: rule for rule in profile.rules if rule.kind == kind}
    if kind == RuleKind.FILE:
        known: dict[FileRule, Rule] = {paths.rule(text): rule for text, rule in of_kind.items()}
        return tuple(known[each] for each in paths.allowing(known, paths.rule(value)))
    names = (value, value.partition(" ")[0]) if kind == RuleKind.NETWORK else (value,)  # a family has all its types
    return tuple(of_kind[each] for each in dict.fromkeys(names) if each in of_kind)


def problems(composed: Composed, review: Review, today: date | None = None) -> Iterator[str]:
    """Refusals of what stays allowed, one sentence each, and decisions of a day that is yet to come."""
    decided = Decided(review)
    for item in decided.items:
        if decided.verdict(item) is Verdict.REFUSE and (rules := allowing(composed.profile, item)):
            by = ", ".join(f"`{rule.name}` ({rule.evidence[0].kind}: {rule.evidence[0].source})" for rule in rules)
            yield f"`{item}` is refused in the review, and stays allowed by {by}"
    for decision in review.decisions if today else ():
        # Whoever decides may be a day ahead: dates are of no time zone.
        if today and decision.is_made and date.fromisoformat(decision.date) > today + timedelta(days=1):
            yield f"`{decision.items[0]}` was decided on {decision.date}, which is yet to come"


def remarks(composed: Composed, review: Review) -> Iterator[str]:
    """Decisions about what is no question, and those that an older one replaces."""
    decided, asked = Decided(review), {item.id for item in composed.items}
    if idle := [item for item in decided.items if item not in asked]:
        yield f"decided, and no question: {', '.join(f'`{item}`' for item in idle)}; {_UNDO}"
    latest: dict[str, Decision] = {}
    for decision in review.decisions:
        for item in decision.items if decision.is_made else ():
            before = latest.get(item, decision)
            if before.date > decision.date and before.verdict is not decision.verdict:
                yield (
                    f"`{item}`: {decision.verdict} of {decision.date} counts, and not {before.verdict} of "
                    f"{before.date}: it stands later in the file"
                )
            latest[item] = decision
