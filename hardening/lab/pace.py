"""How patient to be: time limits are written for a reference machine and stretched on slower or busier ones."""

import functools
import statistics
import time

_ROUNDS = 200_000
_REFERENCE_SECONDS = 0.008
"""One measurement on an idle core of a 2020s server."""


@functools.cache
def machine_speed() -> float:
    """How many times slower than the reference this machine is now, 1.0 at least. Measured once per process.

    Wall time is measured, so a machine that is busy with other work counts as a slow one.
    """
    return max(1.0, statistics.median(_measure() for _ in range(5)) / _REFERENCE_SECONDS)


def patience(seconds: float) -> float:
    """A time limit for this machine, in seconds, from one for the reference machine."""
    return seconds * machine_speed()


def _measure() -> float:
    started = time.perf_counter()
    total = 0
    for number in range(_ROUNDS):
        total ^= number * number
    return time.perf_counter() - started
