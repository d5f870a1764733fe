"""`egress: none` on a real engine: what a container dials stays within its networks, and it still answers who dials it.

Outside stands a network namespace behind the engine's own, as another machine does; both serve a page.
"""

from __future__ import annotations

import errno
import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hardening.node import fence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

PORT = 8080
ENGINE_SIDE, OUTSIDE = "198.51.100.1", "198.51.100.2"
SERVE = ("busybox", "httpd", "-f", "-p", str(PORT), "-h", "/")
REFUSED = "No route to host"
"""The kernel's words for EHOSTUNREACH."""
FILTER = {
    "defaultAction": "SCMP_ACT_LOG",  # a profile needs a filter, this test needs none
    "architectures": ["SCMP_ARCH_X86_64"],
    "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM}],
}
DIALS = ("--label", "harden.profile=free")
STAYS = ("--label", "harden.profile=web")


class World(NamedTuple):
    """An engine with the runtime, and a machine that it leads to.

    Attributes:
        folder: of the runtime, its policy and its fence.
        outside: a process in the other machine's network namespace.
    """

    engine: Engine
    folder: Path
    image: str
    outside: int

    def start(self, network: str, *options: str) -> str:
        """A container that serves a page on its networks; its id."""
        done = self.engine.docker("run", "--detach", "--network", network, *options, self.image, *SERVE)
        return done.stdout.strip()

    def address(self, container: str, network: str) -> str:
        shown = self.engine.docker(
            "inspect", "--format", f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}', container
        )
        return shown.stdout.strip()

    def gateway(self, network: str) -> str:
        shown = self.engine.docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", network)
        return shown.stdout.strip()

    def dial(self, container: str, host: str) -> str:
        """What a container gets from a host, by address or by a name of the engine's DNS: see DIAL."""
        return dialled(self.engine.pid_of(container), host)

    def lacks(self, container: str) -> str:
        """What the kernel says that a container's fence lacks, asked from the engine's network namespace."""
        program = "import sys; from hardening.node import fence; print(fence.lacking(int(sys.argv[1])))"
        argv = inside(self.engine.pid, "python3", "-c", program, str(self.engine.pid_of(container)))
        root = Path(__file__).parents[2]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60, cwd=root).stdout.strip()


DIAL = f"""
import socket, sys
host = sys.argv[1]
if not host.replace(".", "").isdigit():
    asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.settimeout(10)
    name = bytes([len(host)]) + host.encode() + bytes(1)
    asking.sendto(bytes([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + name + bytes([0, 1, 0, 1]), ("127.0.0.11", 53))
    host = socket.inet_ntoa(asking.recv(512)[-4:])
try:
    socket.create_connection((host, {PORT}), 10).close()
    print("reached")
except OSError as error:
    print(error.strerror or error)
"""
"""Says `reached`, or the kernel's word; a name is asked of the engine's DNS, as containers ask it."""


def dialled(pid: int, host: str) -> str:
    """What is said in the network namespace of a process."""
    argv = inside(pid, "python3", "-c", DIAL, host)
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def inside(pid: int, *argv: str) -> list[str]:
    return ["nsenter", "--target", str(pid), "--net", *argv]


def ip(pid: int, *words: str) -> None:
    subprocess.run(inside(pid, "ip", *words), check=True, timeout=60)


@pytest.fixture(scope="module")
def outside(dockerd: Engine) -> Iterator[int]:
    """A machine beyond the engine's, which both serve a page; its network namespace, by a process in it."""
    with ExitStack() as after:

        def keep(argv: list[str]) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(argv)
            after.callback(process.wait)
            after.callback(process.kill)
            return process

        there = keep(["unshare", "--net", "sleep", "3600"]).pid
        dockerd.wait_until(
            lambda: not Path(f"/proc/{there}/ns/net").samefile("/proc/self/ns/net"), "the namespace outside"
        )
        ip(dockerd.pid, "link", "add", "out", "type", "veth", "peer", "name", "in", "netns", str(there))
        after.callback(ip, dockerd.pid, "link", "delete", "out")
        for pid, link, address in ((dockerd.pid, "out", ENGINE_SIDE), (there, "in", OUTSIDE)):
            ip(pid, "address", "add", f"{address}/24", "dev", link)
            ip(pid, "link", "set", link, "up")
        ip(there, "route", "add", "default", "via", ENGINE_SIDE)
        for pid in (dockerd.pid, there):
            keep(inside(pid, *SERVE))
        yield there


@pytest.fixture(scope="module")
def world(dockerd: Engine, outside: int) -> Iterator[World]:
    image = dockerd.make_busybox("egress:1")
    folder = dockerd.install_runtime()
    (folder / "web.json").write_text(json.dumps(FILTER))
    web = {"seccomp": str(folder / "web.json"), "no_new_privileges": True}
    profiles = {"web": {**web, "egress": "none"}, "free": {**web, "egress": "any"}}
    services = {"eg_web": "web", "eg_free": "free"}
    (folder / "policy.json").write_text(json.dumps({"version": 1, "services": services, "profiles": profiles}))
    dockerd.docker("network", "create", "lan")
    dockerd.docker("network", "create", "--internal", "closed")
    yield World(dockerd, folder, image, outside)
    dockerd.clear()
    dockerd.docker("network", "rm", "lan", "closed")


class TestPlainContainers:
    """A bridge is network and way out at once: its containers are to be reached, the node at its end is not."""

    def test_without_a_fence_the_node_and_the_outside_are_reached(self, world: World) -> None:
        for options in ((), DIALS):
            container = world.start("lan", *options)
            assert [world.dial(container, host) for host in (world.gateway("lan"), OUTSIDE)] == ["reached"] * 2
            assert world.lacks(container) == "no fence stands"

    def test_what_it_dials_stays_within_its_network(self, world: World) -> None:
        container, peer = world.start("lan", *STAYS), world.start("lan", "--name", "peer")
        for host in (world.gateway("lan"), ENGINE_SIDE, OUTSIDE):
            assert REFUSED in world.dial(container, host)
        assert world.dial(container, "peer") == "reached"  # by the engine's DNS
        assert world.dial(container, "127.0.0.1") == "reached"
        assert world.lacks(container) == ""
        world.engine.docker("rm", "--force", peer)

    def test_it_answers_its_network_the_node_and_the_outside(self, world: World) -> None:
        container, peer = world.start("lan", *STAYS), world.start("lan")
        address = world.address(container, "lan")
        assert world.dial(peer, address) == "reached"
        assert dialled(world.engine.pid, address) == "reached"
        assert dialled(world.outside, address) == "reached"

    def test_an_internal_network_does_not_lead_to_the_node_either(self, world: World) -> None:
        free, container = world.start("closed", *DIALS), world.start("closed", *STAYS)
        assert world.dial(free, world.gateway("closed")) == "reached"
        assert REFUSED in world.dial(container, world.gateway("closed"))
        assert world.dial(container, world.address(free, "closed")) == "reached"

    def test_a_restart_and_an_exec_as_root_are_held_alike(self, world: World) -> None:
        container = world.start("lan", *STAYS)
        world.engine.docker("restart", "--time", "1", container)
        assert REFUSED in world.dial(container, OUTSIDE)
        assert world.lacks(container) == ""
        status = world.engine.docker("exec", "--privileged", container, "cat", "/proc/self/status").stdout
        held = int(next(line for line in status.splitlines() if line.startswith("CapBnd")).split()[1], 16)
        assert not held & (1 << 12 | 1 << 13), "CAP_NET_ADMIN and CAP_NET_RAW lead past the fence"

    def test_a_network_that_is_attached_later_is_out_of_reach_until_a_restart(self, world: World) -> None:
        container, peer = world.start("lan", *STAYS), world.start("closed")
        world.engine.docker("network", "connect", "closed", container)
        assert REFUSED in world.dial(container, world.address(peer, "closed"))
        assert "not the one for the networks" in world.lacks(container)
        world.engine.docker("restart", "--time", "1", container)
        assert world.dial(container, world.address(peer, "closed")) == "reached"
        assert world.lacks(container) == ""

    def test_without_any_network_it_starts(self, world: World) -> None:
        assert world.lacks(world.start("none", *STAYS)) == ""

    @pytest.mark.parametrize("network", ["host", "container:neighbour"])
    def test_a_network_that_is_not_its_own_cannot_be_fenced(self, world: World, network: str) -> None:
        neighbour = world.start("lan", "--name", "neighbour")
        done = world.engine.docker("run", "--rm", "--network", network, *STAYS, world.image, "true", check=False)
        world.engine.docker("rm", "--force", neighbour)
        assert done.returncode != 0
        assert "it shares the network of the node or of another container" in done.stderr

    def test_a_container_does_not_run_without_its_fence(self, world: World) -> None:
        program = (world.folder / "fence.py").read_text()
        broken = program.replace("LOCAL_OUT, DROP, ACCEPT = 3,", "LOCAL_OUT, DROP, ACCEPT = 77,")
        assert broken != program
        try:
            for content, why in (
                (broken, "cannot be kept within its networks, as `egress: none` asks: "),
                (None, "fence cannot be read"),
            ):
                (world.folder / "fence.py").unlink()
                if content:
                    (world.folder / "fence.py").write_text(content)
                ran = ("run", "--rm", "--network", "lan", *STAYS, world.image, "true")
                done = world.engine.docker(*ran, check=False)
                assert done.returncode != 0
                assert why in done.stderr
                assert world.engine.docker("run", "--rm", *ran[2:4], *DIALS, world.image, "true").returncode == 0
        finally:
            (world.folder / "fence.py").write_text(program)


@pytest.fixture(scope="module")
def overlay(world: World) -> Iterator[str]:
    world.engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")
    world.engine.docker("network", "create", "--driver", "overlay", "edge")
    yield "edge"
    world.engine.docker("swarm", "leave", "--force")


class TestSwarm:
    """A task's way out of an overlay is the engine's own bridge, on which nothing is any business of the task's."""

    @staticmethod
    def _task(world: World, overlay: str, name: str) -> str:
        create = ("service", "create", "--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--name", name)
        world.engine.docker(*create, "--network", overlay, world.image, *SERVE)
        found: list[str] = []

        def runs() -> bool:
            label = f"label=com.docker.swarm.service.name={name}"
            found[:] = world.engine.docker("ps", "--quiet", "--no-trunc", "--filter", label).stdout.split()
            return bool(found)

        world.engine.wait_until(runs, f"a task of {name}")
        return found[0]

    def test_a_task_reaches_its_overlay_and_answers_on_the_way_out(self, world: World, overlay: str) -> None:
        free, task = self._task(world, overlay, "eg_free"), self._task(world, overlay, "eg_web")
        bridge = world.gateway(fence.GATEWAY_BRIDGE)
        for host in (bridge, ENGINE_SIDE, OUTSIDE):
            assert world.dial(free, host) == "reached"
            assert REFUSED in world.dial(task, host)
        assert world.dial(task, "eg_free") == "reached"
        assert world.lacks(task) == ""
        shown = world.engine.docker("exec", task, "busybox", "ip", "-4", "address").stdout
        prefix = bridge.rpartition(".")[0]
        out = next(line.split()[1].partition("/")[0] for line in shown.splitlines() if f"inet {prefix}." in line)
        assert dialled(world.engine.pid, out) == "reached"
        assert dialled(world.outside, out) == "reached"
        assert REFUSED in world.dial(task, f"{prefix}.77")  # nor anybody else there
        world.engine.docker("service", "rm", "eg_free", "eg_web")
