"""What the kernel says of a container's processes, added up to one verdict."""

from collections.abc import Callable

from hardening.model.facts import ContainerFacts, ProcessFacts
from hardening.model.known import Unavailable

from .verdict import Answer, all_of, given


def every_process(
    container: ContainerFacts,
    observe: Callable[[ProcessFacts], str | Unavailable | None],
    *,
    fine: Callable[[tuple[ProcessFacts, ...]], str],
    expected: str,
) -> Answer:
    """Ask each process of a container: `observe` answers None where all is well, else what was seen instead."""

    def judge(processes: tuple[ProcessFacts, ...]) -> Answer:
        seen = [_named(process, observe(process)) for process in processes]
        all_well = bool(seen) and all(each is None for each in seen)
        return all_of(seen, fine=fine(processes) if all_well else "", expected=expected)

    return given(container.processes, judge)


def _named(process: ProcessFacts, observation: str | Unavailable | None) -> str | Unavailable | None:
    return f"{process.command}: {observation}" if isinstance(observation, str) else observation


def counted(processes: tuple[ProcessFacts, ...], what: str) -> str:
    """`what`, with the number of processes it holds for."""
    return f"{what} ({len(processes)} process{'es' if len(processes) != 1 else ''})"


def inner_uid(process: ProcessFacts) -> int | None:
    """The user id inside the container; None when its user namespace does not know the user."""
    for inside, outside, count in process.uid_map:
        if outside <= process.uid < outside + count:
            return inside + process.uid - outside
    return None
