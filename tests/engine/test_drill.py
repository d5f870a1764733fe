"""The probe on a real engine: what it tries works where nothing stops it, and is stopped where the roles' filters are on.

This kernel may lack AppArmor and some rare parts; the lab's tests put the same to Debian's kernel.
"""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from hardening.drill import PROBES, probe
from hardening.drill.verdict import judge
from hardening.model.drill import Answer, Layer

if TYPE_CHECKING:
    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

PROFILES = Path(__file__).parents[2] / "profiles"
LACKING = frozenset({errno.ENOSYS, errno.EAFNOSUPPORT, errno.ENOENT, errno.EPROTONOSUPPORT})
"""What a kernel, or an image, answers that has no such thing; nobody was refused then."""
UNCONFINED = (
    "--privileged", "--security-opt", "seccomp=unconfined", "--pid=host", "--cgroupns=host", "--user", "0:0",
)  # fmt: skip


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drill") / "probe"
    path.write_bytes(probe(path.parent / "cache"))
    path.chmod(0o755)
    return path


def answers(dockerd: Engine, program: Path, *options: str) -> dict[str, Answer]:
    image = dockerd.make_busybox("drill:1", {"etc/shadow": b"root:*:1::::::\n", "tmp/.keep": b"", "run/.keep": b""})
    done = dockerd.docker(
        "run", "--rm", "--network", "none", "--volume", f"{program}:/bin/httpd:ro", *options, image, "/bin/httpd"
    )
    lines = [msgspec.json.decode(line, type=Answer) for line in done.stdout.splitlines()]
    assert (lines[-1].probe, lines[-1].number) == ("end", len(PROBES))
    return {line.probe: line for line in lines}


def test_every_probe_gets_through_where_nothing_confines_it(dockerd: Engine, program: Path) -> None:
    said = answers(dockerd, program, *UNCONFINED)
    stopped = {name: answer for name, answer in said.items() if answer.outcome != "open"}
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
    # AppArmor's part: nothing else stops these on a kernel without it.
    assert opened <= {
        "writable-code",
        "firmware",
        "memory-file",
        "exec-shell",
        "kernel-keys",
        "map-written",
        "kernel-timers",
    }, opened
    assert json.loads(text)["defaultAction"] == "SCMP_ACT_ERRNO"
