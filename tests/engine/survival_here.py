"""A machine lost under a load of writes and reads, with real members, APIs and NGINXes.

Times are recorded, and judged only against what an unsuitable setting would bring. `tests/lab/test_survival.py` does
the same to virtual machines that run all of the stack.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening.model.stack import ReplicaSet
from hardening.plan.replica_set import settings
from tests.bench.write_load import WriteLoad
from tests.engine.lost_machines import WIRE_ADDRESS, Machine, Wire, install_api
from tests.engine.mongods import find_mongod, initiate, login, sees_all, wait_until
from tests.engine.nginx.peers import NameServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.timeout(300)

NEEDED = ("nginx", "node", "npm", "ip", "nsenter", "unshare", "setpriv")
READS_OUT, WRITES_OUT = 2.0, 8.0
"""Seconds; the targets, printed beside what was measured."""
READS_BOUND, WRITES_BOUND = 4.0, 16.0
"""Seconds; what no machine that runs tests may exceed."""
WARM_UP, BACK = 20, 6
"""Writes before the fault, and after it."""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Machine]]:
    """Three of them, with everything up; the test itself is on their wire."""
    if os.geteuid() != 0:
        pytest.skip("needs root: it makes network namespaces")
    if missing := [program for program in NEEDED if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("machines")
    mongod = find_mongod(folder)
    (folder / "api").mkdir()
    api = install_api(folder / "api")
    with ExitStack() as open_things:
        wire = Wire()
        open_things.callback(wire.close)
        open_things.enter_context(wire.inside())
        made = []
        for number in (1, 2, 3):
            (folder / f"m{number}").mkdir()
            made.append(Machine(number, wire, folder / f"m{number}", mongod))
            open_things.callback(made[-1].close)
        names = NameServer(WIRE_ADDRESS)
        open_things.callback(names.close)
        names.addresses = {f"api-{each.name}": [each.address] for each in made}
        names.addresses["api"] = [each.address for each in made]
        for machine in made:
            machine.meet(made)
            machine.member.start()
        wanted = settings(ReplicaSet(members=(), keyfile="", users={}))
        initiate(None, *(each.member for each in made), times=wanted)
        for machine in made:
            machine.start_api(api, ",".join(each.member.host for each in made))
            # not below tmp_path: its folders are root's alone, and NGINX runs as nobody of importance
            public = Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="nodepop-nginx-")))
            public.chmod(0o755)
            machine.start_site(public, names)
        yield made


def primary_of(machines: list[Machine]) -> Machine:
    with login(None, *(each.member for each in machines)) as client:
        client.admin.command("ping")
        assert client.primary is not None
        return next(each for each in machines if each.address == client.primary[0])


def follower_of(machines: list[Machine]) -> Machine:
    primary = primary_of(machines)
    return next(each for each in machines if each is not primary)


# The machine that is killed does not come back, so it is the last.
@pytest.mark.parametrize(
    ("fault", "signal_number", "whose"),
    [
        ("follower cut off", 0, follower_of),
        ("cut off", 0, primary_of),
        ("frozen", signal.SIGSTOP, primary_of),
        ("killed", signal.SIGKILL, primary_of),
    ],
    ids=["follower cut off", "cut off", "frozen", "killed"],
)
def test_the_loss_of_a_machine_loses_no_acknowledged_write(
    machines: list[Machine],
    fault: str,
    signal_number: int,
    whose: Callable[[list[Machine]], Machine],
    record_property: Callable[[str, object], None],
) -> None:
    load = WriteLoad([each.url for each in machines], seconds=6)
    load.log_in()
    lost_machine = whose(machines)
    with ExitStack() as undo:
        with load.running():
            wait_until(lambda: len(load.writes.moments) > WARM_UP and len(load.reads.moments) > WARM_UP, 30)
            undo.callback(lost_machine.return_from_silence)
            lost_at = time.monotonic()
            lost_machine.lose(signal_number)
            # what was acknowledged before may be told a moment later
            told = lost_at + 1
            wait_until(lambda: sum(each > told for each in load.writes.moments) > BACK, 60)
            ended = time.monotonic()
        lost = load.lost()
    reads_out, writes_out = load.reads.out(lost_at, ended), load.writes.out(lost_at, ended)
    figures = {
        "fault": fault,
        "reads_out": round(reads_out, 2),
        "writes_out": round(writes_out, 2),
        "targets": [READS_OUT, WRITES_OUT],
        "acknowledged": len(load.acknowledged),
        "lost": len(lost),
    }
    sys.stderr.write(json.dumps(figures) + "\n")
    record_property("survival", json.dumps(figures))
    assert lost == set()
    assert reads_out < READS_BOUND
    assert writes_out < WRITES_BOUND
    if fault != "killed":
        wait_until(lambda: sees_all(None, machines[0].member, len(machines)), 60)
        assert load.lost() == set(), "lost when the machine came back"
