"""What harden-runtime costs: `create` with a whole profile, `start` with a fence, and a call that passes through.

Each against plain runc.

Run by name: tests/run bench, or pytest -s tests/bench/bench_runtime.py
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parents[2]
ROUNDS = 25
CONTAINER = "c0" * 32
MOST_PER_CALL = 0.1
"""Seconds of CPU; a bound for gross faults only, machines differ. The measured values are printed."""


class Bench(NamedTuple):
    """A bundle whose root file system lies below an engine's data root, with runc's state in a folder of its own."""

    folder: Path
    runc: str
    wrapper: Path

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    def set_up(self) -> None:
        rootfs = self.folder / "data/overlay2/rootfs"
        (rootfs / "bin").mkdir(parents=True)
        shutil.copy("/bin/busybox", rootfs / "bin/sleep")
        self.bundle.mkdir()
        subprocess.run([self.runc, "spec", "--bundle", str(self.bundle)], check=True)
        spec = json.loads((self.bundle / "config.json").read_text())
        spec["process"] |= {"terminal": False, "args": ["/bin/sleep", "100"]}
        spec["root"] = {"path": str(rootfs), "readonly": True}
        spec["linux"]["cgroupsPath"] = f"/harden-bench-{os.getpid()}"
        (self.folder / "config.json").write_text(json.dumps(spec))
        record = self.folder / "data/containers" / CONTAINER / "config.v2.json"
        record.parent.mkdir(parents=True)
        record.write_text(json.dumps({"ID": CONTAINER, "Config": {"Labels": {"harden.profile": "mongod"}}}))
        record.chmod(0o600)
        profiles = {"mongod": {"seccomp": str(self.folder / "seccomp.json"), "egress": "none"}}
        shutil.copy(SOURCE / "profiles/mongod/seccomp.json", self.folder / "seccomp.json")
        policy = self.folder / "policy.json"
        policy.write_text(json.dumps({"version": 1, "services": {}, "profiles": profiles}))
        source = (SOURCE / "hardening/node/runtime.py").read_text()
        self.wrapper.with_name("runtime.py").write_text(source.replace("/etc/harden/policy.json", str(policy)))
        shutil.copy(SOURCE / "hardening/node/harden_runtime.py", self.wrapper)
        self.wrapper.chmod(0o755)
        shutil.copy(SOURCE / "hardening/node/fence.py", self.folder)

    def timed(self, program: str, *words: str) -> float:
        before = _cpu_of_children()
        subprocess.run(
            [program, "--root", str(self.folder / "state"), *words],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )
        return _cpu_of_children() - before

    def created_and_started(self, program: str) -> tuple[float, float]:
        shutil.copy(self.folder / "config.json", self.bundle)
        took = self.timed(program, "create", "--bundle", str(self.bundle), CONTAINER)
        then = self.timed(program, "start", CONTAINER)
        self.timed(self.runc, "delete", "--force", CONTAINER)
        return took, then


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    runc = shutil.which("runc")
    if os.geteuid() != 0 or not runc or not Path("/bin/busybox").exists():
        pytest.skip("needs root, runc and busybox-static")
    made = Bench(tmp_path, runc, tmp_path / "harden-runtime")
    made.set_up()
    return made


def _cpu_of_children() -> float:
    """Seconds of CPU, which other work on the machine changes less than the clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _report(what: str, plain: list[float], wrapped: list[float]) -> float:
    one, other = statistics.median(plain), statistics.median(wrapped)
    line = f"{what}: runc {one * 1000:.1f} ms CPU, harden-runtime {other * 1000:.1f} ms, ratio {other / one:.2f}\n"
    sys.stderr.write(f"\n{line}")
    return other - one


def test_create_and_start(bench: Bench) -> None:
    plain, wrapped = [], []
    for _ in range(ROUNDS):
        plain.append(bench.created_and_started(bench.runc))
        wrapped.append(bench.created_and_started(str(bench.wrapper)))
    spec = json.loads((bench.bundle / "config.json").read_text())
    assert spec["linux"]["seccomp"]["defaultErrnoRet"] == 1
    assert spec["annotations"]["harden.egress"] == "none"
    for index, name in enumerate(("create", "start")):
        took = _report(name, *([each[index] for each in rounds] for rounds in (plain, wrapped)))
        assert took < MOST_PER_CALL


def test_passing_through(bench: Bench) -> None:
    plain, wrapped = [], []
    for _ in range(ROUNDS):
        plain.append(bench.timed(bench.runc, "list"))
        wrapped.append(bench.timed(str(bench.wrapper), "list"))
    assert _report("list", plain, wrapped) < MOST_PER_CALL
