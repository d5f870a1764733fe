"""AppArmor's path patterns as automata: exactly which paths they cover, and how two of them lie to each other.

They mean what `apparmor_parser` makes of them: `*` and `?` stay within a folder, `**` does not; a star that is all of a
name stands for one byte at least; and what counts is bytes, of which a letter may have several.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

_REMEMBERED = 4096
"""Patterns whose automata are kept: each is held against one other after the other."""
_TOKEN = re.compile(r"\\(?P<plain>.)|(?P<star>\*\*?)|\[(?P<but>\^?)(?P<named>[^\]]+)\]|(?P<other>.)", re.DOTALL)
_SPECIAL = re.compile(r"[\\*?\[{]")
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
_NOBODYS = "\u0100"
"""A byte that no pattern names: patterns are read as one character, up to U+00FF, for each of their bytes."""


class _Bytes(NamedTuple):
    """One byte of a path: one of those named or, if `but`, any other."""

    named: frozenset[str]
    but: bool = False

    def has(self, byte: str) -> bool:
        return (byte in self.named) is not self.but

    def meets(self, other: "_Bytes") -> bool:
        if self.but and other.but:
            return True
        few, many = (other, self) if self.but else (self, other)
        return any(many.has(byte) for byte in few.named)


_ANY, _IN_A_NAME = _Bytes(frozenset(), but=True), _Bytes(frozenset("/"), but=True)
_Step = tuple[_Bytes, int]


class _Automaton(NamedTuple):
    """Places, the first of which is 0, the steps that lead from each to others, and those where a path may end.

    `head` is what every path begins with; as many places follow each other in order.
    """

    head: str
    steps: tuple[tuple[_Step, ...], ...]
    ends: frozenset[int]


def is_pattern(text: str) -> bool:
    """Whether a text, as it is, means something as a path pattern."""
    try:
        return bool(_read(text))
    except ValueError:
        return False


def contains(wide: Iterable[str], tight: str) -> bool:
    """Whether every path that a pattern covers is covered by one or another of some patterns."""
    inner = _read(tight)
    outer = [each for each in map(_read, wide) if _may_meet(each, inner)]
    return bool(outer) and _lies_within(inner, outer)


def meets(one: str, other: str) -> bool:
    """Whether there is a path that both patterns cover."""
    first, second = _read(one), _read(other)
    if not _may_meet(first, second):
        return False
    alike = _alike(first, second)
    seen, left = {(alike, alike)}, [(alike, alike)]
    while left:
        here, there = left.pop()
        if here in first.ends and there in second.ends:
            return True
        for taken, onward in first.steps[here]:
            for also, beside in second.steps[there]:
                if (onward, beside) not in seen and taken.meets(also):
                    seen.add((onward, beside))
                    left.append((onward, beside))
    return False


def _lies_within(inner: _Automaton, outer: list[_Automaton]) -> bool:
    """Walk the inner automaton, with all places where the outer ones may be by then.

    Of two ways to the same place, one that has all the other's places and more can go wrong only where the other does
    too: it need not be walked (the antichains of De Wulf, Doyen, Henzinger and Raskin, CAV 2006).
    """
    alike = _alike(inner, *outer)
    held = frozenset((which, alike) for which in range(len(outer)))
    fewest, left = defaultdict(list, {alike: [held]}), [(alike, held)]
    while left:
        place, held = left.pop()
        if not held or (place in inner.ends and not any(at in outer[which].ends for which, at in held)):
            return False
        ways = [(which, *step) for which, at in held for step in outer[which].steps[at]]
        for taken, following in inner.steps[place]:
            for byte in _different(taken, ways):
                reached = frozenset([(which, onward) for which, also, onward in ways if also.has(byte)])
                if not any(known <= reached for known in fewest[following]):
                    fewest[following] = [known for known in fewest[following] if not reached <= known] + [reached]
                    left.append((following, reached))
    return True


def _may_meet(one: _Automaton, other: _Automaton) -> bool:
    """Whether the beginnings fit: a look at them settles most pairs."""
    return one.head.startswith(other.head) or other.head.startswith(one.head)


def _alike(*automata: _Automaton) -> int:
    """How many bytes all begin with, and so at which place of each a walk may start."""
    return min(len(each.head) for each in automata)


def _different(taken: _Bytes, ways: Iterable[tuple[int, _Bytes, int]]) -> Iterable[str]:
    """Of the bytes that may be taken, those between which the ways tell, and one in place of all the rest."""
    if not taken.but:
        return taken.named
    return {_NOBODYS, *(byte for _, also, _ in ways for byte in also.named if taken.has(byte))}


@functools.lru_cache(_REMEMBERED)
def _read(pattern: str) -> _Automaton:
    """The automaton of a pattern.

    Raises:
        ValueError: it is none.
    """
    text = re.sub(r"//+", "/", pattern).encode(errors="surrogatepass").decode("latin-1")
    head = _SPECIAL.split(text, maxsplit=1)[0]
    if head == text:
        return _Automaton(
            text, (*(((_just(byte), at),) for at, byte in enumerate(text, 1)), ()), frozenset({len(text)})
        )
    made, here = _Making(), 0
    groups: list[tuple[int, list[int]]] = []
    for token in _TOKEN.finditer(text):
        kind = token["other"]
        if token["star"]:
            here = made.star(here, _IN_A_NAME if token["star"] == "*" else _ANY, some=_is_whole_name(text, token))
        elif kind == "{":
            groups.append((here, []))
        elif kind == "," and groups:
            start, ends = groups[-1]
            ends.append(here)
            here = made.jump(start)
        elif kind == "}" and groups:
            _, ends = groups.pop()
            here = made.jump(here, *ends)
        else:
            here = made.step(here, _one(token))
    if groups:
        raise ValueError(pattern)
    return made.automaton(head, here)


def _one(token: re.Match[str]) -> _Bytes:
    """The byte, or one of several, for which a token stands."""
    if token["other"] == "?":
        return _IN_A_NAME
    return _Bytes(_listed(token["named"]), bool(token["but"])) if token["named"] else _just(token[0][-1])


@functools.cache
def _just(byte: str) -> _Bytes:
    return _Bytes(frozenset(byte))


def _is_whole_name(text: str, star: re.Match[str]) -> bool:
    after = text[star.end() :].lstrip("*")
    return text[: star.start()].endswith("/") and (not after or after.startswith("/"))


def _listed(text: str) -> frozenset[str]:
    """The bytes that `[a-z_]` names."""
    found: set[str] = set()
    for first, last, single in _RANGE.findall(text):
        if first > last:
            raise ValueError(text)
        found |= {single} if single else set(map(chr, range(ord(first), ord(last) + 1)))
    return frozenset(found)


class _Making:
    """An automaton as it grows, with jumps that take no byte."""

    def __init__(self) -> None:
        self._steps: list[list[_Step]] = [[]]
        self._jumps: defaultdict[int, list[int]] = defaultdict(list)

    def step(self, here: int, taken: _Bytes) -> int:
        self._steps.append([])
        self._steps[here].append((taken, len(self._steps) - 1))
        return len(self._steps) - 1

    def jump(self, *starts: int) -> int:
        self._steps.append([])
        for start in starts:
            self._jumps[start].append(len(self._steps) - 1)
        return len(self._steps) - 1

    def star(self, here: int, taken: _Bytes, *, some: bool) -> int:
        loop = self.step(here, _IN_A_NAME) if some else self.jump(here)
        self._steps[loop].append((taken, loop))
        return loop

    def automaton(self, head: str, end: int) -> _Automaton:
        reached = [self._reached(place) for place in range(len(self._steps))]
        steps = tuple(tuple(step for place in places for step in self._steps[place]) for places in reached)
        return _Automaton(head, steps, frozenset(place for place, places in enumerate(reached) if end in places))

    def _reached(self, place: int) -> list[int]:
        """Where jumps lead from a place, itself among them."""
        found = [place]
        for each in found:
            found += [other for other in self._jumps[each] if other not in found]
        return found
