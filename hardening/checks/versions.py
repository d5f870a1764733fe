"""Version numbers as engines, kernels and servers print them."""

import re

from hardening.model.facts import EngineFacts

_NUMBERS = re.compile(r"\d+(?:\.\d+)+")


def parse(text: str) -> tuple[int, ...]:
    """The first dotted number: `26.1.5+dfsg1` is (26, 1, 5); empty when there is none."""
    found = _NUMBERS.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def runc(engine: EngineFacts) -> str:
    """The version of runc; the engine tells it under the name of its default runtime. Empty when it does not tell."""
    names = ("runc", engine.info.default_runtime)
    return next((engine.component_versions[name] for name in names if name in engine.component_versions), "")


def at_least(version: tuple[int, ...], floors: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a version has a fix that each release line of `floors` got at its own number.

    A line is the first two numbers; lines newer than the newest one named have the fix, others that are not named
    do not.
    """
    if version[:2] > max(floors)[:2]:
        return True
    return any(version[:2] == floor[:2] and version >= floor for floor in floors)
