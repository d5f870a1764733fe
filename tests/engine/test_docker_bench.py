"""The second opinion with a real engine: the stand-in's script runs on this machine and asks real containers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening import audit, checks, docker_bench
from hardening.facts import gather
from hardening.hosts.local import LocalHost
from hardening.model.bench import Agreement, BenchComparison
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardening.hosts import Host
    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

EMULATOR = Path(__file__).parents[1] / "docker_bench"
NODE = Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
HOSTS: dict[str, Host] = {NODE.name: LocalHost(NODE)}
ASKED = ("container-engine-socket", "container-privileged", "container-root-read-only")


@pytest.fixture(scope="module")
def containers(dockerd: Engine) -> Iterator[dict[str, tuple[str, ...]]]:
    """One reaches the engine's socket by a folder, one is in order, one hides by its name: name -> options."""
    image = dockerd.make_busybox("bench:1")
    started = {
        "reaching": ("--volume=/run:/host/run", "--read-only"),
        "fine": ("--read-only",),
        "vanilla": (),
    }
    try:
        for name, options in started.items():
            dockerd.docker("run", "--detach", "--network=none", "--name", name, *options, image, "sleep", "900")
        yield started
    finally:
        dockerd.docker("rm", "--force", *started, check=False)


def compared(dockerd: Engine, source: docker_bench.Script) -> BenchComparison:
    told: list[str] = []
    facts = gather(Inventory((NODE,), "test"), HOSTS, engine_socket=str(dockerd.socket))
    report = audit.run(facts, checks.select(checks.load(), ASKED), "test")
    answers = docker_bench.ask(source, HOSTS, told.append, engine_socket=str(dockerd.socket), seconds=120)
    return docker_bench.compare(report, answers, source.name)


@pytest.mark.usefixtures("containers")
def test_where_the_two_disagree_the_fact_that_decides_is_told(dockerd: Engine) -> None:
    comparison = compared(dockerd, docker_bench.script(str(EMULATOR)))
    assert not comparison.unread
    items = {item.item: item for item in comparison.items}
    assert items["5.5"].agreement is Agreement.AGREE
    # A folder that holds the socket passes there, and so does whatever has `nil` in its name.
    assert {item.item for item in comparison.items if item.agreement is Agreement.DISAGREE} == {"5.13", "5.32"}
    assert items["5.32"].fact.startswith("reaching: /run on /host/run")
    assert items["5.13"].fact.startswith("vanilla: ")
    assert items["C.1"].agreement is Agreement.THEIRS_ONLY


@pytest.mark.usefixtures("containers")
def test_the_script_is_taken_out_of_an_image_and_none_of_it_stays(dockerd: Engine) -> None:
    files: dict[str, bytes | str] = {
        f"usr/local/bin/{path.relative_to(EMULATOR)}": path.read_bytes() for path in sorted(EMULATOR.rglob("*.sh"))
    }
    image = dockerd.make_image("second-opinion:1", files, ("WORKDIR /usr/local/bin",))
    before = dockerd.docker("ps", "--all", "--quiet").stdout
    by_image = compared(dockerd, docker_bench.script(image))
    by_folder = compared(dockerd, docker_bench.script(str(EMULATOR)))
    assert (by_image.items, by_image.unread) == (by_folder.items, {})
    assert dockerd.docker("ps", "--all", "--quiet").stdout == before
    assert dockerd.docker("image", "ls", "--quiet", image).stdout.strip(), "it was there before"


def unread(dockerd: Engine, source: docker_bench.Script, socket: Path | None = None) -> str:
    answers = docker_bench.ask(source, HOSTS, print, engine_socket=str(socket or dockerd.socket), seconds=60)
    answer = answers[NODE.name]
    assert isinstance(answer, Unavailable), answer
    return answer.reason


def test_an_engine_that_does_not_answer_and_an_image_that_is_not_there_are_told(dockerd: Engine) -> None:
    script = docker_bench.script(str(EMULATOR))
    assert "no connection to the engine" in unread(dockerd, script, dockerd.folder / "nothing.sock")
    assert "docker create" in unread(dockerd, docker_bench.script("localhost:1/nothing:1"))


def test_a_name_that_breaks_the_scripts_json_is_told(dockerd: Engine) -> None:
    script = docker_bench.script(str(EMULATOR))
    quoting = script.files | {
        "tests/6_more.sh": 'section 6 More\nverdict 6.1 "Networks" WARN \'a "quoted" name\'\nend_section\n'
    }
    assert "its JSON is broken" in unread(dockerd, docker_bench.Script("x", quoting))
