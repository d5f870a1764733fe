"""What an audit costs, against docker-bench-security on the same engine with the same containers.

    HARDEN_DOCKER_BENCH=PATH tests/run bench tests/bench/bench_audit.py -s

PATH is a checkout of docker-bench-security or its script; without it only this project's own figures are told. CPU is
the client's: of `harden` and of the collector on the node, which runs here too; of the script and every program that
it starts. What the engine itself spends on answering is told beside it. Nothing is asserted of figures: machines
differ.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.engine import conftest as engines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Engine

COUNTS = tuple(map(int, os.environ.get("HARDEN_BENCH_COUNTS", "0 10 50 99").split()))
"""Containers, ascending."""
ROUNDS = 3
"""Of harden, of which the least is told; docker-bench-security, which takes minutes, runs once."""
IMAGE = "bench:1"
IN_PLACE = 'mount -t tmpfs tmpfs /run && touch /run/docker.sock && mount --bind "$0" /run/docker.sock && exec "$@"'
"""Both ask the engine where engines are by default."""

dockerd, private_engine = engines.dockerd, engines.private_engine


class Cost(NamedTuple):
    """One run: CPU seconds of the client and of the engine, seconds by the clock, calls of the engine's API."""

    client: float
    engine: float
    wall: float
    calls: int


@pytest.fixture
def engine(dockerd: Engine) -> Iterator[Engine]:
    """The engine, counting its calls, with an image whose containers do nothing."""
    dockerd.configure({"debug": True})
    dockerd.make_busybox(IMAGE)
    yield dockerd
    names = dockerd.docker("ps", "--all", "--quiet").stdout.split()
    if names:
        dockerd.docker("rm", "--force", *names)


def measured(engine: Engine, argv: list[str], folder: Path) -> Cost:
    before, spent, calls, start = _cpu_of_children(), _cpu_of(engine), _calls(engine), time.monotonic()
    subprocess.run(
        ["unshare", "--mount", "sh", "-c", IN_PLACE, str(engine.socket), *argv],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=1200,
        check=False,  # both say by their exit code what they found
    )
    wall = time.monotonic() - start
    return Cost(_cpu_of_children() - before, _cpu_of(engine) - spent, wall, _calls(engine) - calls)


def harden(engine: Engine, folder: Path) -> Cost:
    """`harden audit` of this machine, with its report as JSON."""
    report = folder / "report.json"
    program = Path(sys.executable).with_name("harden")
    argv = [str(program), "audit", "--inventory", "local", "-o", str(report)]
    runs = [measured(engine, argv, folder) for _ in range(ROUNDS)]
    assert report.stat().st_size > 0, "the audit wrote no report"
    return min(runs)


def docker_bench(engine: Engine, script: Path, folder: Path) -> Cost:
    log = folder / "docker-bench.log"
    cost = measured(engine, ["bash", str(script), "-b", "-l", str(log)], script.parent)
    assert "Score" in log.read_text(), "docker-bench-security did not come to its end"
    return cost


def _start_containers(engine: Engine, wanted: int) -> None:
    running = len(engine.docker("ps", "--quiet").stdout.split())
    for number in range(running, wanted):
        engine.docker("run", "--detach", "--network=none", "--name", f"c{number}", IMAGE, "/bin/sleep", "1000000")


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_of(engine: Engine) -> float:
    """Seconds that dockerd has used since it was started."""
    pid = (engine.folder / "pid").read_text().strip()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def _calls(engine: Engine) -> int:
    return engine.log.read_bytes().count(b"Calling ")


def _script() -> Path | None:
    named = os.environ.get("HARDEN_DOCKER_BENCH", "")
    if not named:
        return None
    path = Path(named)
    return path / "docker-bench-security.sh" if path.is_dir() else path


def _said(name: str, cost: Cost) -> str:
    return (
        f"{name}: {cost.client:.2f} s CPU, engine {cost.engine:.2f} s CPU, {cost.wall:.1f} s by the clock, "
        f"{cost.calls} calls"
    )


@pytest.mark.timeout(3000)
def test_audit(engine: Engine, tmp_path: Path) -> None:
    script = _script()
    if script and not shutil.which("jq"):
        sys.stderr.write("\njq is not installed: docker-bench-security reads daemon.json in another way\n")
    ours: dict[int, Cost] = {}
    for count in COUNTS:
        _start_containers(engine, count)
        ours[count] = harden(engine, tmp_path)
        sys.stderr.write(f"\n{count} containers\n  {_said('harden', ours[count])}\n")
        if script:
            theirs = docker_bench(engine, script, tmp_path)
            ratio = theirs.client / ours[count].client
            sys.stderr.write(f"  {_said('docker-bench-security', theirs)}\n  harden takes 1/{ratio:.0f} of its CPU\n")
    first, last = COUNTS[0], COUNTS[-1]
    if first == last:
        return
    growth = 1000 * (ours[last].client - ours[first].client) / (last - first)
    sys.stderr.write(f"\nharden: {growth:.1f} ms CPU more for each container\n")
