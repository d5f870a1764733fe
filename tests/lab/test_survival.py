"""Each machine lost in turn under a load of writes and reads, and all of them at once: what goes on, and what is lost.

Times are printed and recorded beside the results, never judged: emulated machines are slower than the ones the targets
are for. That no acknowledged write is lost, that both kinds come back, and that everything is where it was, is judged.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from hardening.hosts import Host, connect
from hardening.lab import Lab, patience
from tests.bench.write_load import WriteLoad
from tests.lab.test_main_job import ROOT, ask, deployed, eventually, harden, site, trust

__all__ = ["deployed"]  # the fixture: one deployed cluster serves these tests as well

pytestmark = pytest.mark.timeout(patience(3600))
"""The first test may have to bring everything up."""

NODES = ("node1", "node2", "node3")
STACK = "nodepop"
ELECTION_SECONDS = 5
READS_OUT, WRITES_OUT = 2.0, ELECTION_SECONDS + 3.0
"""Seconds; the targets that are printed beside what was measured."""
PAUSE_SECONDS = 0.5
"""Between two requests of one worker. Each opens a TLS connection: six workers that wait less leave emulated machines
no time for anything else."""
WATCHED_SECONDS = 45
"""For which the load goes on after a fault: three elections fit into it."""

Fault = tuple[Callable[[Lab, str], None], Callable[[Lab, str], None]]
FAULTS: dict[str, Fault] = {
    "killed": (Lab.kill, Lab.start),
    "frozen": (Lab.freeze, Lab.thaw),
    "cut off": (Lab.cut, Lab.mend),
}


def placement(lab: Lab) -> set[tuple[str, str]]:
    """(service, machine) of every running task, by the manager's word."""
    form = "{{.Name}} {{.Node}} {{.CurrentState}}"
    with connect(lab.inventory()) as hosts:
        running = ask(hosts["node1"], "docker", "stack", "ps", STACK, "--filter", "desired-state=running",
                      "--format", form)  # fmt: skip
    lines = [line.split() for line in running.splitlines()]
    return {(words[0].partition(".")[0], words[1]) for words in lines if words[2] == "Running"}


def set_state() -> dict[str, object]:
    """What `harden replicaset status` says; empty when it can say nothing."""
    done = harden("replicaset", "status", "--inventory", "lab", "--json")
    assert done.returncode in {0, 1, 3}, done.stderr
    found: dict[str, object] = json.loads(done.stdout) if done.stdout else {}
    return found


def votes() -> dict[str, int]:
    members = set_state()["members"]
    assert isinstance(members, list)
    return {str(member["host"]).partition(":")[0]: int(member["votes"]) for member in members}


def answers(lab: Lab) -> bool:
    """Whether the manager answers that everything runs."""
    with connect(lab.inventory()) as hosts:
        return hosts["node1"].run(("docker", "stack", "ps", STACK), timeout=patience(60)).ok


def bring_back(lab: Lab, before: set[tuple[str, str]]) -> None:
    """Open what is locked, and wait until the set is well and everything is where it was."""
    assert eventually(lambda: harden("unlock", "--inventory", "lab").returncode == 0, 300)
    assert eventually(lambda: answers(lab), 300)
    assert eventually(lambda: set_state().get("well") is True, 600), set_state()
    assert eventually(lambda: placement(lab) == before, 600), placement(lab) ^ before


def loaded(lab: Lab) -> WriteLoad:
    load = WriteLoad([site(lab, name) for name in NODES], seconds=patience(10), context=trust(), pause=PAUSE_SECONDS)
    load.log_in(seconds=patience(120))
    return load


def watch(load: WriteLoad, seconds: float) -> float:
    """Let the load go on, and further until both kinds succeed again; the moment it ended."""
    began = time.monotonic()
    assert eventually(lambda: time.monotonic() > began + patience(seconds), seconds + 5)

    def both_succeed() -> bool:
        lately = time.monotonic() - patience(5)
        return load.writes.first(lately) is not None and load.reads.first(lately) is not None

    assert eventually(both_succeed, 120), f"not back: {load.summary()}"
    return time.monotonic()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NODES)
def test_the_loss_of_a_machine_loses_no_acknowledged_write(
    deployed: dict[str, Host],
    lab: Lab,
    name: str,
    fault: str,
    record_property: Callable[[str, object], None],
) -> None:
    assert deployed
    before = placement(lab)
    primary = set_state()["primary"]
    lose, restore = FAULTS[fault]
    load = loaded(lab)
    with ExitStack() as undo:
        with load.running():
            watch(load, 5)
            undo.callback(restore, lab, name)
            lost_at = time.monotonic()
            lose(lab, name)
            ended = watch(load, WATCHED_SECONDS)
        if fault == "killed" and name == "node1":
            # The manager is gone, and the set can be looked at all the same.
            assert set_state()["primary"] not in {None, "mongo1:27017"}
        figures = {
            "machine": name,
            "fault": fault,
            "primary": primary,
            "reads_out": round(load.reads.out(lost_at, ended), 1),
            "writes_out": round(load.writes.out(lost_at, ended), 1),
            "targets": [READS_OUT, WRITES_OUT],
            "acknowledged": len(load.acknowledged),
            "lost": len(load.lost(seconds=patience(60))),
        }
    sys.stderr.write(json.dumps(figures) + "\n")
    record_property("survival", json.dumps(figures))
    assert figures["lost"] == 0
    bring_back(lab, before)
    assert load.lost(seconds=patience(60)) == set(), "lost when the machine came back"


def test_a_machine_that_stays_away_is_replaced_by_the_arbiter_and_taken_back(
    deployed: dict[str, Host],
    lab: Lab,
) -> None:
    assert deployed
    before = placement(lab)
    load = loaded(lab)

    def healed(member: str, wanted: int) -> bool:
        """Ask for it, and if nothing came of it leave the machines alone for a while: a member has to catch up."""
        done = harden("replicaset", "heal", "--inventory", "lab", "--yes", "--after", "10")
        if done.returncode == 0 and votes().get(member) == wanted:
            return True
        time.sleep(patience(20))
        return False

    with ExitStack() as undo:
        undo.callback(lab.start, "node3")
        with load.running():
            lab.kill("node3")
            assert eventually(lambda: healed("mongo3", 0), 300)
            assert votes() == {"mongo1": 1, "mongo2": 1, "mongo3": 0, "arbiter": 1}
            watch(load, 5)
    # Beside a load an emulated member does not catch up.
    assert eventually(lambda: healed("mongo3", 1), 600)
    assert votes() == {"mongo1": 1, "mongo2": 1, "mongo3": 1}
    with load.running():
        watch(load, 5)
    assert load.lost(seconds=patience(60)) == set()
    bring_back(lab, before)


def test_a_stack_that_changes_loses_no_write_while_every_member_is_replaced(
    deployed: dict[str, Host],
    lab: Lab,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """One after another, the primary last, once it has handed over; and back again."""
    assert deployed
    before, tasks = placement(lab), containers_of(lab, "mongo")
    assert harden("init", str(tmp_path / "changed")).returncode == 0
    settings = tmp_path / "changed" / "harden.yml"
    text = settings.read_text()
    assert "topology: resilient" in text
    settings.write_text(text.replace("topology: resilient", "topology: resilient\n      health_interval: 50s"))
    load = loaded(lab)
    with load.running():
        began = watch(load, 5)
        for project in (settings.parent, ROOT):
            done = harden("deploy", "--project", str(project), "--inventory", "lab", "--yes", seconds=3000)
            assert done.returncode == 0, done.stderr[-3000:]
            now = containers_of(lab, "mongo")
            assert not tasks & now, "a member was not replaced"
            tasks = now
        ended = watch(load, 5)
    out = round(load.writes.out(began, ended), 1)
    sys.stderr.write(f"writes out while every member was replaced, twice: {out} s\n")
    record_property("rollout_writes_out", out)
    assert load.lost(seconds=patience(60)) == set()
    bring_back(lab, before)


def containers_of(lab: Lab, service: str) -> set[str]:
    """Ids of the running containers of services whose name begins so."""
    with connect(lab.inventory()) as hosts:
        named = ("docker", "ps", "--quiet", "--filter", f"name={STACK}_{service}")
        return {each for host in hosts.values() for each in ask(host, *named).split()}


def test_after_a_power_cut_everything_comes_back_where_it_was(
    deployed: dict[str, Host],
    lab: Lab,
) -> None:
    assert deployed
    before = placement(lab)
    load = loaded(lab)
    with load.running():
        watch(load, 5)
        for name in NODES:
            lab.kill(name)
    for name in NODES:
        lab.start(name)
    bring_back(lab, before)
    assert load.lost(seconds=patience(60)) == set()
    with load.running():
        watch(load, 5)
