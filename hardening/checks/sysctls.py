"""Kernel parameters against the least value they should have."""

from collections.abc import Callable, Mapping

from hardening.model.facts import NodeFacts
from hardening.model.known import Unavailable

from .verdict import Answer, all_of, given


def floors(wanted: Mapping[str, int], optional: frozenset[str] = frozenset()) -> Callable[[NodeFacts], Answer]:
    """A judge that asks for each parameter to be at least its number.

    A parameter of `optional` may be missing: the kernel then lacks what it would restrict.
    """

    def judge(machine: NodeFacts) -> Answer:
        return given(machine.sysctls, lambda live: _compare(wanted, optional - live.keys(), live))

    return judge


def _compare(wanted: Mapping[str, int], absent: frozenset[str], live: Mapping[str, str]) -> Answer:
    present = {name: least for name, least in wanted.items() if name not in absent}
    return all_of(
        (_observation(name, least, live.get(name)) for name, least in present.items()),
        fine=", ".join(f"{name}={live.get(name)}" for name in present),
        expected=", ".join(f"{name}≥{least}" for name, least in wanted.items()),
    )


def _observation(name: str, least: int, value: str | None) -> str | Unavailable | None:
    if value is None:
        return f"this kernel has no {name}"
    if not value.strip().isdigit():
        return Unavailable(f"{name} is `{value}`, which is no number")
    return None if int(value) >= least else f"{name}={value}"
