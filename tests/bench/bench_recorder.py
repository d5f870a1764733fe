"""What recording costs a service, and what it loses, against strace: two million calls of one program.

Run by name, as root: tests/run bench, or pytest -s tests/bench/bench_recorder.py
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening.node import control_groups
from hardening.node.bpftrace import Bpftrace, Maps
from hardening.node.fact import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCKS = 1_000_000
"""Each is one read and one write: two million calls."""
BLOCKS_OF_STRACE = 20_000
ROUNDS = 3
READ, WRITE = 0, 1
MOST_MICROSECONDS = 20
"""Per call; a bound for gross faults only, machines differ. The measured values are printed."""


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of our own, as a container has one."""
    if os.geteuid() != 0 or not shutil.which("bpftrace"):
        pytest.skip("BENCH SKIPPED: needs root and bpftrace")
    hierarchy = control_groups.place("cgroupfs", []).hierarchy
    folder = Path(control_groups._mount_point(hierarchy)) / f"harden-bench-{os.getpid()}"  # noqa: SLF001 - its own way there
    folder.mkdir()
    yield folder
    folder.rmdir()


def watch(group: Path) -> Bpftrace:
    try:
        return Bpftrace(control_groups.place("cgroupfs", []), {group.stat().st_ino: []})
    except NotReadable as error:
        pytest.skip(f"BENCH SKIPPED: this kernel cannot be recorded: {error}")


def timed(group: Path, blocks: int, *before: str) -> float:
    """Seconds that dd takes in the group, as it says itself: from its first block to its last."""
    enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
    copy = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", f"count={blocks}"]
    began = time.monotonic()
    subprocess.run(["sh", "-c", enter, "sh", *before, *copy], check=True, stderr=subprocess.DEVNULL, timeout=600)
    return time.monotonic() - began


def per_call(seconds: float, blocks: int) -> float:
    """Microseconds."""
    return seconds / (2 * blocks) * 1e6


def counts(maps: Maps) -> Counter[int]:
    found: Counter[int] = Counter()
    for key, count in maps["@calls"].items():
        found[int(key.split(",")[-1])] += count
    return found


@pytest.mark.timeout(1800)
def test_two_million_calls_cost_little_and_none_is_lost(group: Path) -> None:
    plain = per_call(statistics.median(timed(group, BLOCKS) for _ in range(ROUNDS)), BLOCKS)
    recorder = watch(group)
    one = timed(group, 1)
    maps, missed = recorder.finish()
    start = counts(maps)
    recorder = watch(group)
    recorded = per_call(timed(group, BLOCKS) - one, BLOCKS)
    maps, missed_many = recorder.finish()
    many = counts(maps)
    with_strace = None
    if shutil.which("strace"):
        argv = ("strace", "-f", "-c", "-o", "/dev/null")
        with_strace = per_call(timed(group, BLOCKS_OF_STRACE, *argv) - timed(group, 1, *argv), BLOCKS_OF_STRACE)
    lost = 2 * (BLOCKS - 1) - sum(many[call] - start[call] for call in (READ, WRITE))
    ways = {"alone": plain, "recorded": recorded, **({"under strace": with_strace} if with_strace else {})}
    told = "".join(f"{way:>12}: {took:5.2f} µs a call, {1e6 / took:11,.0f} calls/s\n" for way, took in ways.items())
    sys.stdout.write(f"\n{told}lost of {2 * BLOCKS:,} calls: {lost}; said to be missed: {missed + missed_many}\n")
    assert lost == 0
    assert missed == missed_many == 0
    assert int(maps["@total"]) == sum(many.values())
    assert recorded - plain < MOST_MICROSECONDS
