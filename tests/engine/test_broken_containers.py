"""Containers of a real engine, each broken in one way beside a good one: exactly the checks that are meant fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from hardening import audit, checks
from hardening.facts import gather
from hardening.hosts.local import LocalHost
from hardening.model.findings import Area, Status
from tests.engine.private_host import INVENTORY, NODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

IMAGE = "broken:1"
GOOD = (
    "--network=none",
    "--user=1000:1000",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=16m",
    "--cpus=0.1",
    "--pids-limit=10",
    "--health-cmd=true",
    "--health-interval=1h",
    "--log-driver=json-file",
    "--log-opt=max-size=1m",
)
FAIL, UNKNOWN, MANUAL = Status.FAIL, Status.UNKNOWN, Status.MANUAL
"""Answers of the good one, where another is meant."""

# What is added, what of the good one is left out, and what must be found.
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, Status]]] = {
    "privileged": (
        ("--privileged",),
        ("--security-opt=no-new-privileges", "--cap-drop=ALL"),
        dict.fromkeys(
            (
                "container-privileged",
                "container-capabilities",
                "container-no-new-privileges",
                "container-seccomp",
            ),
            FAIL,
        ),
    ),
    "socket-folder": (
        ("--volume=/var/run:/x",),
        (),
        {"container-engine-socket": FAIL, "container-sensitive-mounts": FAIL},
    ),
    "whole-node": (("--volume=/:/host:ro",), (), {"container-engine-socket": FAIL, "container-sensitive-mounts": FAIL}),
    "folder-above": (("--volume=/var/lib:/x",), (), {"container-sensitive-mounts": FAIL}),
    "engine-data": (("--volume=DATA:/x:ro",), (), {"container-sensitive-mounts": FAIL}),
    "own-socket": (("--volume=SOCKET:/x",), (), {"container-engine-socket": FAIL}),
    "link": (
        ("--volume=LINK:/x",),
        (),
        {"container-engine-socket": FAIL, "container-sensitive-mounts": FAIL},
    ),
    "volume-elsewhere": (("--volume=elsewhere:/x",), (), {"container-sensitive-mounts": FAIL}),
    "plain-volume": (("--volume=plain:/x",), (), {}),
    "own-folder": (("--volume=FOLDER:/x",), (), {}),
    "device": (("--device=/dev/null:/dev/x",), (), {"container-devices": FAIL}),
    "device-rule": (("--device-cgroup-rule=c 1:3 rwm",), (), {"container-devices": FAIL}),
    "pid": (("--pid=host",), (), {"container-host-namespaces": FAIL}),
    "ipc": (("--ipc=host",), (), {"container-host-namespaces": FAIL}),
    "uts": (("--uts=host",), (), {"container-host-namespaces": FAIL}),
    "network": (("--network=host",), ("--network=none",), {"container-host-namespaces": FAIL}),
    "network-borrowed": (("--network=container:network",), ("--network=none",), {"container-host-namespaces": FAIL}),
    "cgroup-parent": (("--cgroup-parent=/mine",), (), {"container-cgroup-parent": FAIL}),
    "seccomp": (("--security-opt=seccomp=unconfined",), (), {"container-seccomp": FAIL}),
    "systempaths": (("--security-opt=systempaths=unconfined",), (), {"container-privileged": FAIL}),
    "privileges": ((), ("--security-opt=no-new-privileges",), {"container-no-new-privileges": FAIL}),
    "root": ((), ("--user=1000:1000",), {"container-non-root": FAIL}),
    "writable": ((), ("--read-only",), {"container-root-read-only": FAIL}),
    "capabilities": ((), ("--cap-drop=ALL",), {"container-capabilities": FAIL}),
    "capability": (("--cap-add=SYS_ADMIN",), (), {"container-capabilities-harmless": FAIL}),
    "memory": ((), ("--memory=16m",), {"container-memory-limit": FAIL}),
    "cpu": ((), ("--cpus=0.1",), {"container-cpu-limit": FAIL}),
    "cpu-quota": (("--cpu-quota=50000",), ("--cpus=0.1",), {}),
    "pids": ((), ("--pids-limit=10",), {"container-pids-limit": FAIL}),
    "health": ((), ("--health-cmd=true", "--health-interval=1h"), {"container-health": FAIL}),
    "health-off": (("--no-healthcheck",), ("--health-cmd=true", "--health-interval=1h"), {"container-health": FAIL}),
    "restart": (("--restart=always",), (), {"container-restart-policy": FAIL}),
    "restart-often": (("--restart=on-failure:50",), (), {"container-restart-policy": FAIL}),
    "restart-seldom": (("--restart=on-failure:5",), (), {}),
    "ulimit": (("--ulimit=nofile=4000:5000",), (), {"container-ulimits": MANUAL}),
    "secret": (("--env=PGPASSWORD=x",), (), {"container-secrets-in-environment": FAIL}),
    "log-lost": (
        ("--log-driver=none",),
        ("--log-driver=json-file", "--log-opt=max-size=1m"),
        {"container-log-bounded": FAIL},
    ),
    "log-endless": ((), ("--log-opt=max-size=1m",), {"container-log-bounded": FAIL}),
    "nil-<b>$(x)": (("--label=x=<script>\x1b[2J",), (), {}),
}


def called(name: str) -> str:
    """A name that the engine takes."""
    return "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in name)


@pytest.fixture(scope="module")
def found(dockerd: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Status]]]:
    """Container -> check -> its answer."""
    dockerd.make_busybox(IMAGE)
    folder = tmp_path_factory.mktemp("mounted")
    (folder / "link").symlink_to("/run")
    (folder / "own").mkdir()
    places = {
        "DATA": str(dockerd.folder / "data"),
        "SOCKET": str(dockerd.socket),
        "LINK": str(folder / "link"),
        "FOLDER": str(folder / "own"),
    }
    options = [word for each in ("type=none", "o=bind", "device=/etc") for word in ("--opt", each)]
    dockerd.docker("volume", "create", *options, "elsewhere")
    names = ["good", *map(called, CASES)]
    try:
        start(dockerd, "good", GOOD)
        for name, (more, less, _) in CASES.items():
            wanted = [word for word in GOOD if word not in less]
            start(dockerd, called(name), (*wanted, *(filled(word, places) for word in more)))
        yield answers(dockerd)
    finally:
        dockerd.docker("rm", "--force", *names, check=False)
        dockerd.docker("volume", "rm", "elsewhere", "plain", check=False)


def start(dockerd: Engine, name: str, options: tuple[str, ...]) -> None:
    dockerd.docker("run", "--detach", "--name", name, *options, IMAGE, "sleep", "900")


def filled(option: str, places: dict[str, str]) -> str:
    for word, place in places.items():
        option = option.replace(f"{word}:", f"{place}:")
    return option


def answers(dockerd: Engine) -> dict[str, dict[str, Status]]:
    facts = gather(INVENTORY, {NODE.name: LocalHost(NODE)}, engine_socket=str(dockerd.socket))
    asked = [check for check in checks.load() if check.area is Area.CONTAINER]
    told: dict[str, dict[str, Status]] = {}
    for finding in audit.run(msgspec.structs.replace(facts, allowed_ports=()), asked, "test").findings:
        told.setdefault(finding.outcome.subject, {})[finding.check] = finding.outcome.status
    return told


@pytest.mark.parametrize(("name", "wanted"), [(name, wanted) for name, (_, _, wanted) in CASES.items()], ids=CASES)
def test_what_is_broken_is_found_and_nothing_else(
    found: dict[str, dict[str, Status]], name: str, wanted: dict[str, Status]
) -> None:
    good, seen = found["good"], found[called(name)]
    assert seen.keys() == good.keys()
    assert {check: status for check, status in seen.items() if status is not good[check]} == wanted
