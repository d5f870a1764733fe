"""What a reviewer is asked about a role, and what was decided."""

from enum import StrEnum

from msgspec import Struct

from .profile import Evidence, Risk


class Verdict(StrEnum):
    """What was decided about an item."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    NARROW = "narrow"
    OPEN = "open"
    """Not yet: as `harden profile review --write` leaves it for a pull request."""


class ItemKind(StrEnum):
    """Why something is asked."""

    DENIAL = "denial"
    """A filter in force refused it while a scenario ran."""
    STATIC = "static"
    """The code can do it, no scenario did, and it is not harmless."""
    RISKY = "risky"
    """A scenario did it, and no service has it without a person's word."""
    WIDENED = "widened"
    """A pattern that covers more than was recorded; until it is accepted, only the recorded paths are allowed."""
    PATH = "path"
    """A recorded path that neither the policy nor a shared part knows."""


class Item(Struct, frozen=True):
    """One question.

    Attributes:
        id: `call:setuid`, `file:/srv/cache/** rwk`, `capability:chown`: the rule it would become.
        power: what it would let the service do, in a few words; items of one power are asked together.
        covers: for a widened pattern, the recorded rules it would stand for.
    """

    id: str
    kind: ItemKind
    power: str
    risk: Risk
    evidence: tuple[Evidence, ...]
    covers: tuple[str, ...] = ()


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `profiles/<role>/review.yml`.

    Attributes:
        items: ids it is about.
        narrowed: with `narrow`, the rules to have instead: some of the items, or paths tighter than them.
        date: YYYY-MM-DD.
    """

    items: tuple[str, ...]
    verdict: Verdict
    reason: str = ""
    by: str = ""
    date: str = ""
    narrowed: tuple[str, ...] = ()

    @property
    def is_made(self) -> bool:
        """Whether it says anything yet."""
        return self.verdict is not Verdict.OPEN


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/review.yml`. A later decision about an item replaces an earlier one."""

    decisions: tuple[Decision, ...] = ()
