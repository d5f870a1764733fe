"""A fact is known, or it is unavailable with the reason. There is no third form and no default."""

from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Known(Struct, Generic[T], frozen=True, tag="known"):
    """A value that was read."""

    value: T


class Unavailable(Struct, frozen=True, tag="unavailable"):
    """A value that could not be read, and why."""

    reason: str


def known(fact: Known[T] | Unavailable) -> T | None:
    """The value, or None. For display and planning; a check matches on the two forms instead."""
    return fact.value if isinstance(fact, Known) else None


Fact = Known[T] | Unavailable
