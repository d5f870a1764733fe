"""Several recordings as one. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hardening.errors import FailedError, HardenError
from hardening.model.recording import ArgumentUse, FileUse, Loss, Origin, Recording, SignalUse, SocketUse

_LETTERS = "mrwaklx"


def merge(parts: Sequence[Recording]) -> Recording:
    """One recording of several of the same role, scenario and image.

    Raises:
        HardenError: they are not of the same role, scenario or image.
    """
    first = parts[0]
    for other in parts[1:]:
        mine = (first.role, first.scenario, first.origin.image)
        if mine != (other.role, other.scenario, other.origin.image):
            raise HardenError(
                f"{first.role}/{first.scenario}: recordings of different things cannot be one: "
                f"{', '.join(mine)} and {other.role}, {other.scenario}, {other.origin.image}",
                "record when every task runs the same image",
            )
    return Recording(
        role=first.role,
        scenario=first.scenario,
        origin=origin([part.origin for part in parts]),
        lost=Loss(sum(part.lost.syscalls for part in parts), sum(part.lost.files for part in parts)),
        programs=added(part.programs for part in parts),
        runtime=added({"": part.runtime} for part in parts).get("", {}),
        arguments=arguments(each for part in parts for each in part.arguments),
        files=files(each for part in parts for each in part.files),
        executed=tuple(sorted({each for part in parts for each in part.executed})),
        capabilities=tuple(sorted({each for part in parts for each in part.capabilities})),
        sockets=sockets(each for part in parts for each in part.sockets),
        signals=signals(each for part in parts for each in part.signals),
        refused=added(part.refused for part in parts),
    )


def origin(origins: Sequence[Origin]) -> Origin:
    """Of machines that differ, everything that one of them has.

    Raises:
        FailedError: they had different images, as far as they are known.
    """
    images = sorted({each.image for each in origins} - {""})
    if len(images) > 1:
        raise FailedError(f"tasks ran different images: {', '.join(images)}", "begin again when all run the same one")

    def all_of(attribute: str) -> str:
        return ", ".join(sorted({str(getattr(each, attribute)) for each in origins}))

    return Origin(
        image="".join(images),
        engine=all_of("engine"),
        runtime=all_of("runtime"),
        kernel=all_of("kernel"),
        architecture=all_of("architecture"),
        recorder=all_of("recorder"),
        recorded_at=max(each.recorded_at for each in origins),
    )


def added(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Counts by program and call, summed."""
    total: dict[str, Counter[str]] = {}
    for part in parts:
        for program, calls in part.items():
            total.setdefault(program, Counter()).update(calls)
    return {program: dict(sorted(total[program].items())) for program in sorted(total)}


def arguments(uses: Iterable[ArgumentUse]) -> tuple[ArgumentUse, ...]:
    """Uses of a call with the same values as one."""
    counts: Counter[tuple[str, tuple[tuple[int, int], ...]]] = Counter()
    for use in uses:
        counts[use.call, tuple(sorted(use.values.items()))] += use.count
    return tuple(ArgumentUse(call, dict(values), count) for (call, values), count in sorted(counts.items()))


def files(uses: Iterable[FileUse]) -> tuple[FileUse, ...]:
    """Uses of a path as one, with every access that one of them had."""
    access: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for use in uses:
        access.setdefault(use.path, set()).update(use.access)
        counts[use.path] += use.count
    return tuple(FileUse(path, in_order(access[path]), counts[path]) for path in sorted(access))


def sockets(uses: Iterable[SocketUse]) -> tuple[SocketUse, ...]:
    """Uses of one kind of socket as one."""
    counts: Counter[tuple[str, str]] = Counter()
    for use in uses:
        counts[use.family, use.type] += use.count
    return tuple(SocketUse(*what, count) for what, count in sorted(counts.items()))


def signals(uses: Iterable[SignalUse]) -> tuple[SignalUse, ...]:
    """Uses of one signal with one peer as one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for use in uses:
        counts[use.signal, use.direction, use.peer] += use.count
    return tuple(SignalUse(*what, count) for what, count in sorted(counts.items()))


def in_order(access: Iterable[str]) -> str:
    """Access letters in the order in which AppArmor's tools write them."""
    asked = set(access)
    return "".join(letter for letter in _LETTERS if letter in asked)
