"""The lab itself: what its machines are, and that every fault does what it says and can be undone."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardening.errors import HardenError
from hardening.hosts import Host, connect
from hardening.lab import Lab, LabState, NodeStatus, patience

HARDEN = (sys.executable, "-c", "from hardening.cli import main; main()")
LISTENING = "0A"
"""State of a socket in /proc/net/tcp."""


def ask(host: Host, *argv: str) -> str:
    answer = host.run(argv, timeout=patience(120))
    assert answer.ok, f"{host.node.name}: {argv}: {answer.complaint}"
    return answer.text.strip()


def node(lab: Lab, name: str) -> NodeStatus:
    return next(node for node in lab.status().nodes if node.name == name)


def eventually(question: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + patience(seconds)
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def clock_error(host: Host) -> float:
    """Seconds that a guest's clock is off by, less than the time of asking."""
    before = time.time()
    there = float(ask(host, "date", "+%s.%N"))
    return max(before - there, there - time.time(), 0)


def registry_answers(host: Host) -> bool:
    url, ca = "https://node1:5000/v2/", "/etc/docker/certs.d/node1:5000/ca.crt"
    argv = ("curl", "--silent", "--fail", "--max-time", "5", "--cacert", ca, url)
    return host.run(argv, timeout=patience(60)).ok


# --- what the machines are ------------------------------------------------------------------------------------------


def test_every_guest_enforces_apparmor_under_debians_kernel_and_engine(hosts: dict[str, Host]) -> None:
    for host in hosts.values():
        assert "apparmor" in ask(host, "cat", "/sys/kernel/security/lsm").split(",")
        assert "(enforce)" in ask(host, "cat", "/sys/kernel/security/apparmor/profiles")
        assert "trixie" in ask(host, "cat", "/etc/os-release")
        engine = json.loads(ask(host, "docker", "info", "--format", "{{json .}}"))
        assert engine["ServerVersion"].startswith("26.1")
        assert "name=apparmor" in engine["SecurityOptions"]
        assert ask(host, "systemctl", "is-active", "auditd") == "active"
        assert ask(host, "systemctl", "--failed", "--no-legend") == ""


def test_no_two_guests_share_an_identity(hosts: dict[str, Host]) -> None:
    questions = (
        ("hostname",),
        ("cat", "/etc/machine-id"),
        ("cat", "/sys/class/net/cluster/address"),
        ("cat", "/etc/ssh/ssh_host_ed25519_key.pub"),
        ("docker", "info", "--format", "{{.ID}}"),
        ("cat", "/proc/sys/kernel/random/uuid"),
    )
    for question in questions:
        assert len({ask(host, *question) for host in hosts.values()}) == len(hosts), question


def test_every_guest_has_the_right_time(hosts: dict[str, Host]) -> None:
    assert max(clock_error(host) for host in hosts.values()) < 2


def test_every_guest_knows_the_others_and_trusts_the_registry(lab: Lab, hosts: dict[str, Host]) -> None:
    for host in hosts.values():
        for status in lab.status().nodes:
            assert ask(host, "getent", "hosts", status.name).split() == [status.address, status.name]
        assert registry_answers(host)
    assert lab.registry().address == "node1:5000"


def test_the_hosts_other_networks_do_not_see_the_lab(lab: Lab) -> None:
    for status in lab.status().nodes:
        sockets = {str(link.readlink()) for link in Path(f"/proc/{status.pid}/fd").iterdir()}
        tables = [Path(f"/proc/{status.pid}/net/{table}").read_text().splitlines()[1:] for table in ("tcp", "tcp6")]
        listening = {
            line.split()[1]
            for table in tables
            for line in table
            if line.split()[3] == LISTENING and f"socket:[{line.split()[9]}]" in sockets
        }
        assert len(listening) == len(("ssh", "http", "https"))
        assert {address.partition(":")[0] for address in listening} == {"0100007F"}


def test_nobody_but_the_user_can_read_the_labs_files(lab: Lab) -> None:
    assert lab.directory.stat().st_mode & 0o077 == 0
    assert (lab.directory / "id_ed25519").stat().st_mode & 0o777 == 0o600


# --- faults ---------------------------------------------------------------------------------------------------------


def test_a_frozen_node_thaws_with_the_right_time(lab: Lab, hosts: dict[str, Host]) -> None:
    uptime = float(ask(hosts["node2"], "cat", "/proc/uptime").split()[0])
    lab.freeze("node2")
    assert node(lab, "node2").state == "frozen"
    frozen = time.monotonic()
    assert eventually(lambda: time.monotonic() - frozen > 5)
    lab.thaw("node2")
    assert node(lab, "node2").state == "running"
    assert clock_error(hosts["node2"]) < 2
    assert float(ask(hosts["node2"], "cat", "/proc/uptime").split()[0]) > uptime


SHOUT = """
import socket
everybody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
everybody.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for _ in range(3000):
    everybody.sendto(bytes(1000), ("10.77.0.255", 9))
"""
"""More than any buffer between two guests holds."""


def test_a_frozen_node_leaves_the_others_their_network(lab: Lab, hosts: dict[str, Host]) -> None:
    """QEMU 7.2 waits for a guest that does not read."""
    assert registry_answers(hosts["node2"])
    lab.freeze("node3")
    try:
        ask(hosts["node2"], "python3", "-c", SHOUT)
        assert registry_answers(hosts["node2"])
    finally:
        lab.thaw("node3")
    assert eventually(lambda: registry_answers(hosts["node3"]))


def test_a_cut_node_is_off_the_cluster_network_until_it_is_mended(lab: Lab, hosts: dict[str, Host]) -> None:
    lab.cut("node3")
    assert node(lab, "node3").cut
    assert not registry_answers(hosts["node3"])
    assert registry_answers(hosts["node2"])
    lab.mend("node3")
    assert not node(lab, "node3").cut
    assert eventually(lambda: registry_answers(hosts["node3"]))


def test_a_killed_node_comes_back_from_its_disk_as_itself(lab: Lab, hosts: dict[str, Host]) -> None:
    identity = ("cat", "/etc/hostname", "/etc/machine-id", "/sys/class/net/cluster/address")
    before = ask(hosts["node2"], *identity)
    boot = ask(hosts["node2"], "cat", "/proc/sys/kernel/random/boot_id")
    ask(hosts["node2"], "sh", "-c", "echo kept >/root/kept && sync")
    lab.kill("node2")
    assert node(lab, "node2").state == "off"
    assert lab.status().state is LabState.PARTIAL
    lab.start("node2")
    assert lab.status().state is LabState.UP
    assert ask(hosts["node2"], *identity) == before
    assert ask(hosts["node2"], "cat", "/proc/sys/kernel/random/boot_id") != boot
    assert ask(hosts["node2"], "cat", "/root/kept") == "kept"
    assert registry_answers(hosts["node2"])
    assert clock_error(hosts["node2"]) < 2


def test_a_node_whose_kernel_died_is_off(lab: Lab, hosts: dict[str, Host]) -> None:
    crash = "systemd-run --on-active=2 sh -c 'echo c >/proc/sysrq-trigger'"
    ask(hosts["node3"], "sh", "-c", crash)
    try:
        assert eventually(lambda: node(lab, "node3").state == "off")
    finally:
        lab.start("node3")
    assert registry_answers(hosts["node3"])


def moment(lab: Lab) -> dict[str, str]:
    """What a reboot or a restarted engine would change, of every node."""
    with connect(lab.inventory()) as hosts:
        boots = {name: ask(host, "cat", "/proc/sys/kernel/random/boot_id") for name, host in hosts.items()}
        return {name: f"{boots[name]} {ask(host, 'pidof', '-s', 'dockerd')}" for name, host in hosts.items()}


def test_down_and_up_continue_the_same_moment_in_the_right_time(lab: Lab) -> None:
    before = moment(lab)
    lab.down()
    assert [(status.state, status.pid) for status in lab.status().nodes] == [("saved", None)] * len(before)
    assert lab.status().switch_pid is None
    with pytest.raises(HardenError, match="the lab is down"):
        lab.inventory()
    lab.down()  # nothing more to stop
    assert lab.up().state is LabState.UP
    assert moment(lab) == before
    with connect(lab.inventory()) as hosts:
        assert max(clock_error(host) for host in hosts.values()) < 2
        assert all(registry_answers(host) for host in hosts.values())


@pytest.mark.parametrize(
    ("fault", "name", "complaint"),
    [("thaw", "node1", "node1 is running"), ("start", "1", "node1 is running"), ("kill", "node7", "no node `node7`")],
)
def test_what_cannot_be_done_now_is_told(lab: Lab, fault: str, name: str, complaint: str) -> None:
    with pytest.raises(HardenError, match=complaint):
        getattr(lab, fault)(name)


# --- interrupted, and two at once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_up_leaves_nothing_running_and_the_next_one_works(
    lab: Lab, small_lab: Lab, number: signal.Signals
) -> None:
    assert lab.status().state is LabState.UP  # what is cloned is in the cache
    with subprocess.Popen([*HARDEN, "lab", "up", "--nodes", "1"], stderr=subprocess.PIPE) as up:
        try:
            assert eventually(lambda: any(status.pid for status in small_lab.status().nodes))
            with pytest.raises(HardenError, match=f"`harden lab up.*process {up.pid}"):
                small_lab.up(1)
            up.send_signal(number)
            assert up.wait(patience(60)) == 130
        finally:
            up.kill()
    status = small_lab.status()
    assert (status.state, status.switch_pid) == (LabState.DOWN, None)
    assert small_lab.up(1).state is LabState.UP


def test_what_a_killed_up_left_is_taken_over_by_the_next_one(lab: Lab, small_lab: Lab) -> None:
    assert lab.status().state is LabState.UP
    with subprocess.Popen([*HARDEN, "lab", "up", "--nodes", "1"], stderr=subprocess.PIPE) as up:
        assert eventually(lambda: any(status.pid for status in small_lab.status().nodes))
        up.kill()
    left = small_lab.status().nodes[0]
    assert left.state == "unfinished"
    assert small_lab.up(1).state is LabState.UP
    assert not Path(f"/proc/{left.pid}").exists()
