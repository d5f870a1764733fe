"""Collects evidence for rules, and what has to be asked, while a profile is put together."""

from collections.abc import Sequence

from hardening.model.profile import Evidence, EvidenceKind, Risk, Rule, RuleKind
from hardening.model.review import Decision, Item, ItemKind, Review, Verdict


class Decided:
    """Decisions by item; the last one about an item counts."""

    def __init__(self, review: Review) -> None:
        self._last: dict[str, Decision] = {}
        for decision in review.decisions:
            for item in decision.items:
                if decision.verdict is Verdict.OPEN:
                    self._last.pop(item, None)
                else:
                    self._last[item] = decision

    @property
    def items(self) -> tuple[str, ...]:
        """What was decided about."""
        return tuple(self._last)

    def verdict(self, item: str) -> Verdict:
        """What was decided. An item that a narrowing leaves as it is counts as accepted, any other as refused."""
        decision = self._last.get(item)
        if decision is None:
            return Verdict.OPEN
        if decision.verdict is Verdict.NARROW:
            return Verdict.ACCEPT if item in decision.narrowed else Verdict.REFUSE
        return decision.verdict

    def evidence(self, item: str) -> Evidence:
        """Who decided it and why."""
        decision = self._last[item]
        return Evidence(EvidenceKind.REVIEW, f"{decision.by}, {decision.date}: {decision.reason}")

    def tightened(self, item: str) -> tuple[str, ...]:
        """File rules that a narrowing puts in the place of one, as the ledger has them."""
        decision = self._last.get(item)
        prefix = f"{RuleKind.FILE}:"
        if decision is None or not item.startswith(prefix):
            return ()
        new = (each for each in decision.narrowed if each.startswith(prefix) and each not in decision.items)
        return tuple(each.removeprefix(prefix) for each in new)


class Ledger:
    """Rules with their evidence, and questions."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self._evidence: dict[tuple[RuleKind, str], dict[Evidence, None]] = {}
        self._items: dict[str, Item] = {}

    def add(self, kind: RuleKind, value: str, evidence: Evidence) -> None:
        """A reason for a rule; the rule is there from its first reason on."""
        self._evidence.setdefault((kind, value), {})[evidence] = None

    def has(self, kind: RuleKind, value: str) -> bool:
        """Whether a rule has a reason."""
        return (kind, value) in self._evidence

    def values(self, kind: RuleKind) -> list[str]:
        """All rules of a kind, ordered."""
        return sorted(value for known, value in self._evidence if known is kind)

    def ask(self, item: Item) -> Verdict:
        """Put a question, and say what was decided about it; rules to which it was narrowed are put in.

        The same question again adds its evidence.
        """
        known = self._items.get(item.id, item)
        self._items[item.id] = Item(
            item.id,
            known.kind,
            item.power,
            item.risk,
            tuple(dict.fromkeys((*known.evidence, *item.evidence))),
            tuple(dict.fromkeys((*known.covers, *item.covers))),
        )
        for text in self.decided.tightened(item.id):
            self.add(RuleKind.FILE, text, self.decided.evidence(item.id))
        return self.decided.verdict(item.id)

    def ask_for(
        self, kind: RuleKind, value: str, why: tuple[ItemKind, str, Risk], evidence: Sequence[Evidence]
    ) -> Verdict:
        """Ask for a rule, and put it in when it was accepted."""
        item = Item(f"{kind}:{value}", why[0], why[1], why[2], tuple(evidence))
        verdict = self.ask(item)
        if verdict is Verdict.ACCEPT:
            for each in (self.decided.evidence(item.id), *evidence):
                self.add(kind, value, each)
        return verdict

    def items(self) -> tuple[Item, ...]:
        """All questions, the gravest power first."""
        worst: dict[str, int] = {}
        for item in self._items.values():
            worst[item.power] = max(worst.get(item.power, 0), item.risk.rank)
        return tuple(sorted(self._items.values(), key=lambda item: (-worst[item.power], item.power, item.id)))

    def rules(self, risks: dict[tuple[RuleKind, str], Risk]) -> tuple[Rule, ...]:
        """Every rule, with its evidence ordered by strength."""
        strength = list(EvidenceKind)
        return tuple(
            Rule(
                kind,
                value,
                tuple(sorted(found, key=lambda each: (strength.index(each.kind), each.source))),
                risks.get((kind, value), Risk.LOW),
            )
            for (kind, value), found in sorted(self._evidence.items())
        )
