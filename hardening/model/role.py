"""A role at a glance: how much it may do, how that compares, what it stands on, what is left to decide."""

from enum import StrEnum

from msgspec import Struct

from .profile import Risk
from .review import ItemKind


class OpenQuestion(Struct, frozen=True):
    """What nobody has decided: the rule it would become, why it is asked, and what it would let the service do."""

    id: str
    kind: ItemKind
    power: str
    risk: Risk


class Proof(Struct, frozen=True):
    """What the last `harden profile verify` showed.

    Attributes:
        at: when, UTC, ISO 8601.
        current: whether the profiles are still those that were enforced then.
        layers: which of them were, `seccomp` and `apparmor`.
        scenarios: that were run.
        calls: system calls that were watched.
        refused: how often a profile refused something.
    """

    at: str
    current: bool
    layers: tuple[str, ...]
    scenarios: tuple[str, ...]
    calls: int
    refused: int


class Standing(StrEnum):
    """What the last verification says about the profiles as they are."""

    VERIFIED = "verified"
    REFUSES = "refuses what is needed"
    OTHER = "verified before it changed"
    NEVER = "never verified"


class RoleSummary(Struct, frozen=True):
    """What a page about a role says.

    Attributes:
        syscalls: allowed, of those Docker's default profile lets through in `docker_default`.
        recorded: how many of the allowed ones a scenario made.
        possible: how many the image's code could make; None where it was not analysed.
        rules: of all kinds.
        evidence: kind of the strongest evidence -> rules that stand on it; they add up to `rules`.
        powers: what of medium or high risk it can do, with the system calls that give it.
        holes_closed: of `holes` known vulnerabilities, by the count that Confine introduced, those out of reach.
        scenarios: that were recorded.
        images: digests that recordings and analysis are of.
        unresolved: places in the image's code that could make any call.
        open: questions that nobody decided.
        proof: of the last verification; None where there was none.
    """

    role: str
    syscalls: int
    docker_default: int
    recorded: int
    possible: int | None
    rules: int
    evidence: dict[str, int]
    powers: dict[str, tuple[str, ...]]
    holes_closed: int
    holes: int
    scenarios: tuple[str, ...]
    images: tuple[str, ...]
    unresolved: int
    open: tuple[OpenQuestion, ...] = ()
    proof: Proof | None = None

    @property
    def standing(self) -> Standing:
        """In two or three words, whether anything proves the profiles."""
        if self.proof is None:
            return Standing.NEVER
        if not self.proof.current:
            return Standing.OTHER
        return Standing.REFUSES if self.proof.refused else Standing.VERIFIED
