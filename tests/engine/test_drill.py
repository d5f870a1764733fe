"""The probe on a real engine: it gets through where nothing stops it, and is stopped where the roles' filters are on.

This kernel may lack AppArmor and some rare parts; what it lacks is not tried here.
"""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from hardening.checks.capabilities import names
from hardening.drill import PROBES, probe
from hardening.drill.verdict import judge
from hardening.model.drill import Answer, Layer
from tests.engine.conftest import parse_status

if TYPE_CHECKING:
    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

PROFILES = Path(__file__).parents[2] / "profiles"
LEFT_TO_APPARMOR = frozenset(
    {"exec-shell", "firmware", "kernel-keys", "kernel-timers", "map-written", "memory-file", "shadow"}
)
CODE_OF_ITS_OWN = {"api": frozenset({"writable-code", "code-after-writing"})}
"""Node compiles at run time, and needs memory that it writes and runs; no other role has it."""
NOT_OF_THIS_ENGINE = frozenset({"BPF", "PERFMON", "CHECKPOINT_RESTORE"})
"""Capabilities that engine 20.10 does not know; SYS_ADMIN holds what they grant."""
LACKING = frozenset({errno.ENOSYS, errno.EAFNOSUPPORT, errno.ENOENT, errno.EPROTONOSUPPORT})
"""What a kernel, or an image, answers that has no such thing; nobody was refused then."""


def unconfined() -> tuple[str, ...]:
    """As `--privileged`, with every capability that this machine itself has to give."""
    bounding = int(parse_status(Path("/proc/self/status").read_text())["CapBnd"], 16)
    added = [word for name in sorted(names(bounding) - NOT_OF_THIS_ENGINE) for word in ("--cap-add", name)]
    options = ("seccomp=unconfined", "systempaths=unconfined", "apparmor=unconfined")
    return (
        *added, *(word for option in options for word in ("--security-opt", option)),
        "--pid=host", "--cgroupns=host", "--user", "0:0", "--volume", "/sys:/sys",
    )  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drill") / "probe"
    path.write_bytes(probe(path.parent / "cache"))
    path.chmod(0o755)
    return path


def answers(dockerd: Engine, program: Path, *options: str) -> dict[str, Answer]:
    files = {"etc/shadow": b"root:*:1::::::\n", "usr/bin/web": b"", "tmp/.keep": b"", "run/.keep": b""}
    image = dockerd.make_busybox("drill:1", files)
    done = dockerd.docker(
        "run",
        "--rm",
        "--network",
        "none",
        "--pids-limit",
        "300",
        "--volume",
        f"{program}:/usr/bin/web:ro",
        *options,
        image,
        "/usr/bin/web",
    )
    lines = [msgspec.json.decode(line, type=Answer) for line in done.stdout.splitlines()]
    assert (lines[-1].probe, lines[-1].number) == ("end", len(PROBES))
    return {line.probe: line for line in lines}


def test_every_probe_gets_through_where_nothing_confines_it(dockerd: Engine, program: Path) -> None:
    said = answers(dockerd, program, *unconfined())
    stopped = {name: answer for name, answer in said.items() if answer.outcome != "open"}
    stopped.pop("real-time", None)  # control groups of version 1 give containers no such time, whoever asks
    assert {name: answer for name, answer in stopped.items() if answer.number not in LACKING} == {}
    # What this kernel lacks must not be most of it, or the test would say nothing.
    assert len(said) - len(stopped) >= len(PROBES) * 3 / 4, stopped


@pytest.mark.parametrize("role", ["mongod", "api", "nginx"])
def test_what_the_roles_filters_refuse_is_refused_by_the_kernel(
    dockerd: Engine, program: Path, role: str, tmp_path: Path
) -> None:
    text = (PROFILES / role / "seccomp.json").read_text()
    path = tmp_path / "seccomp.json"
    path.write_text(text)
    said = answers(
        dockerd, program, "--security-opt", f"seccomp={path}", "--security-opt", "no-new-privileges",
        "--cap-drop", "ALL", "--read-only", "--user", "999:999", "--init", "--tmpfs", "/tmp:noexec",
    )  # fmt: skip
    verdicts = {verdict.probe: verdict for verdict in judge(PROBES, said, text, ())}
    by_filter = {name for name, verdict in verdicts.items() if verdict.layer is Layer.SECCOMP}
    assert len(by_filter) >= 45
    opened = {name for name, verdict in verdicts.items() if not verdict.is_blocked}
    # AppArmor's part, and that of images without a shell or a file of passwords: nothing else stops these here.
    assert opened <= LEFT_TO_APPARMOR | CODE_OF_ITS_OWN.get(role, frozenset()), opened
    assert json.loads(text)["defaultAction"] == "SCMP_ACT_ERRNO"


def test_calls_that_are_merely_one_way_of_many_make_no_difference(
    dockerd: Engine, program: Path, tmp_path: Path
) -> None:
    ways = {"names": ["execveat", "pause", "open", "fork", "mknod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    path = tmp_path / "seccomp.json"
    both = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]  # what a filter does not name it ends
    path.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "architectures": both, "syscalls": [ways]}))
    free = answers(dockerd, program, *unconfined())
    without = answers(dockerd, program, *unconfined(), "--security-opt", f"seccomp={path}")
    assert without == free


def test_a_program_on_a_root_that_is_read_only_cannot_be_replaced_by_root_either(
    dockerd: Engine, program: Path
) -> None:
    said = answers(dockerd, program, "--read-only", "--user", "0:0")
    (found,) = judge([probe for probe in PROBES if probe.id == "image-program"], said, "", ())
    assert found.layer is Layer.READ_ONLY
