"""How a check's table is written: facts, and what the check must say of them."""

from dataclasses import dataclass

from hardening.model.facts import Facts
from hardening.model.findings import Status


@dataclass(frozen=True)
class Case:
    """Facts and the worst status a check must give for them.

    Attributes:
        says: text that the observation of an outcome with that status must hold.
    """

    name: str
    facts: Facts
    status: Status
    says: str


def passes(name: str, facts: Facts, says: str = "") -> Case:
    """At least one PASS, and otherwise only NOT_APPLICABLE."""
    return Case(name, facts, Status.PASS, says)


def fails(name: str, facts: Facts, says: str = "") -> Case:
    """At least one FAIL."""
    return Case(name, facts, Status.FAIL, says)


def unknown(name: str, facts: Facts, says: str = "") -> Case:
    """At least one UNKNOWN, and no FAIL."""
    return Case(name, facts, Status.UNKNOWN, says)


def manual(name: str, facts: Facts, says: str = "") -> Case:
    """At least one MANUAL, and nothing worse."""
    return Case(name, facts, Status.MANUAL, says)


def inapplicable(name: str, facts: Facts, says: str = "") -> Case:
    """Only NOT_APPLICABLE."""
    return Case(name, facts, Status.NOT_APPLICABLE, says)
