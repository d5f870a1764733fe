"""What an audit of a large cluster costs, by facts alone: 100 nodes, 10 000 containers, 500 services.

    python tests/bench/bench_replay.py [NODES [CONTAINERS]]

Prints the size of the facts file, and seconds and peak memory of loading it, judging it and writing the report as JSON,
each in a process of its own. Asserts nothing: what is too much depends on the machine.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from hardening import audit, checks, facts
from hardening.model.facts import ContainerFacts, Facts
from hardening.model.known import Known
from hardening.render import formats
from tests.unit import facts_factory as given

MANAGERS = 3
REPLICAS = 20
"""Tasks of each service."""


def cluster(nodes: int, containers: int) -> Facts:
    """A clean cluster; its swarm is told by three managers, as a real one's is."""
    services = [given.service(f"shop_{number:04}") for number in range(containers // REPLICAS)]
    tasks = [
        given.task(services[number // REPLICAS], id=f"t{number}", node_id=f"n{number % nodes}", slot=number % REPLICAS)
        for number in range(containers)
    ]
    told = given.swarm(services=tuple(services), tasks=tuple(tasks))
    made = []
    for index in range(nodes):
        here = [container(number) for number in range(index, containers, nodes)]
        swarm = {"swarm": Known(told)} if index < MANAGERS else {"swarm": given.missing("the node is a worker")}
        made.append(given.node(engine=Known(given.engine(*here, node_id=f"n{index}")), **swarm))
    return given.cluster(*made)


def container(number: int) -> ContainerFacts:
    """A task's container with five processes."""
    service, slot = f"shop_{number // REPLICAS:04}", number % REPLICAS
    labels = {
        "com.docker.swarm.service.name": service,
        "com.docker.swarm.task.id": f"t{number}",
        "com.docker.swarm.task.name": f"{service}.{slot}.t{number}",
    }
    inspected = given.inspect(id=f"{number:064x}", name=f"/{service}.{slot}.t{number}", labels=labels)
    return given.container(inspected, *(given.process(pid=number * 10 + each) for each in range(5)))


def measure(stage: str, file: str, report: str) -> None:
    """One stage and those before it, in this process."""
    started = time.monotonic()
    read = facts.load(Path(file))
    if stage != "load":
        judged = audit.run(read, checks.load(), "bench")
        if stage == "json":
            formats.write(judged, Path(report), formats.Format.JSON)
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"{stage:10} {seconds:6.1f} s {peak:6.0f} MB")


def say(line: str) -> None:
    """Print, before a child prints the next line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(nodes: int = 100, containers: int = 10_000) -> None:
    """Make the facts, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        file, report = Path(folder, "facts.json"), Path(folder, "report.json")
        facts.write(cluster(nodes, containers), file)
        say(f"{nodes} nodes, {containers} containers, facts {file.stat().st_size / 1e6:.0f} MB")
        for stage in ("load", "judge", "json"):
            subprocess.run([sys.executable, __file__, stage, str(file), str(report)], check=True)
        say(f"report {report.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) == 4 and not sys.argv[1].isdigit():
        measure(*sys.argv[1:])
    else:
        main(*map(int, sys.argv[1:]))
