"""`--inventory local`, from the outside: the command line on a machine of its own, whose kernel has no AppArmor.

The machine is this one in namespaces: its own processes, network, /etc, /run and /var, kernel parameters that only look
like the kernel's, and an engine that its init script starts. Nothing of it stays.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hardening.plan.node_files import SYSCTLS

pytestmark = [
    pytest.mark.engine,
    pytest.mark.may_skip(reason="a kernel with AppArmor is no such machine; what there is then is tested in the lab"),
]

ROOT = Path(__file__).parents[2]
BUSYBOX = Path("/bin/busybox")
INIT_SCRIPT = Path("/etc/init.d/docker")
LSM = Path("/sys/kernel/security/lsm")
SETTINGS = """\
name: shop
stacks:
  shop: {{file: stack.yml}}
{more}
"""
WITHOUT = "engine: {apparmor: when-there}"
STACK = """\
services:
  web:
    image: single:1
    command: [sh, -c, "echo hello from $$HOSTNAME; exec httpd -f -p 8080 -h /srv"]
    x-harden: {profile: web}
    user: "1000:1000"
    init: true
    read_only: true
    cap_drop: [ALL]
    networks: [own]
    secrets: [{source: token, uid: "1000", mode: 0400}]
    volumes: [{type: volume, source: data, target: /data}]
    deploy:
      endpoint_mode: dnsrr
      placement: {constraints: ["node.labels.edge == true"]}
      restart_policy: {delay: 1s}
networks:
  own: {driver: overlay}
volumes:
  data: {}
secrets:
  token:
    x-harden: {generate: random, length: 20}
"""
POLICY = """\
description: A web server
abstractions: [libc, threads, init]
seccomp:
  syscalls: [accept, accept4, alarm, bind, chdir, clock_nanosleep, clone, dup2, dup3, faccessat, fchdir, fork, getcwd,
    getegid, geteuid, getgid, getpeername, getppid, getsockname, getsockopt, getuid, listen, lstat, nanosleep, open,
    pipe, pipe2, poll, prctl, recvfrom, sendfile, sendto, setgid, setgroups, setsid, setsockopt, setuid, shutdown,
    socket, stat, statfs, time, umask, vfork, wait4, writev]
apparmor:
  network:
    - {family: inet, type: stream}
    - {family: inet6, type: stream}
  files:
    - {path: /bin/*, access: mrix, why: busybox is everything}
"""
SET_UP = """\
set -eu
mount --make-rprivate /
ip link set lo up
mount -t tmpfs tmpfs "$1/over"
for place in /etc /usr/local/lib /var/log /var/lib; do
  mkdir -p "$1/over$place/up" "$1/over$place/work"
  mount -t overlay overlay -o "lowerdir=$place,upperdir=$1/over$place/up,workdir=$1/over$place/work" "$place"
done
mount -t tmpfs tmpfs /run
# The kernel lets a user namespace mount a /proc only where a whole one is to be seen, and the first is covered below.
mkdir "$1/proc"
mount -t proc proc "$1/proc"
for key in $2; do
  [ -e "/proc/sys/$key" ] || continue
  mkdir -p "$1/over/sys/${key%/*}"
  cat "/proc/sys/$key" > "$1/over/sys/$key"
  mount --bind "$1/over/sys/$key" "/proc/sys/$key"
done
rm -rf /etc/harden /usr/local/lib/harden
# Root of a container may raise no limits: neither the engine's own nor, by it, those of its containers.
sed -i 's/^\\([[:space:]]*\\)ulimit /\\1: ulimit /' /etc/init.d/docker
mkdir -p /etc/docker
cat > /etc/docker/daemon.json <<END
{"data-root": "$1/data", "userns-remap": "default",
 "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}}}
END
echo ready
exec docker-init -- sleep infinity # which also takes note of processes that have ended
"""


HARDEN = (sys.executable, "-c", "from hardening.cli import main; main()")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "120"}


class Machine:
    """The machine, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        for name in ("over", "data", "project/profiles/web"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o711)  # the engine's remapped users go through it
        keys = " ".join(key.replace(".", "/") for key in SYSCTLS)
        argv = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--mount", "--net"]
        self._process = subprocess.Popen(
            [*argv, "sh", "-c", SET_UP, "sh", str(folder), keys], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._inside = ["nsenter", "--target", children[0], "--mount", "--net", "--pid"]

    def run(self, *argv: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self._inside, *argv], input=stdin, capture_output=True, timeout=400, check=False, env=ENVIRONMENT
        )
        answer = subprocess.CompletedProcess(argv, done.returncode, done.stdout.decode(), done.stderr.decode())
        if check and answer.returncode:
            pytest.fail(f"{' '.join(argv)}: {answer.returncode}\n{answer.stdout}\n{answer.stderr}")
        return answer

    def harden(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run(*self._command(words), check=check)

    def _command(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return *HARDEN, *words, "--inventory", "local", "--project", str(self.project)

    @contextmanager
    def starting(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command that still runs; its end is waited for, or brought about."""
        argv = [*self._inside, *self._command(words)]
        with subprocess.Popen(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        ) as process:
            try:
                yield process
            finally:
                process.terminate()

    def start_engine(self) -> None:
        self.run("service", "docker", "start")
        for _ in range(150):
            if self.run("docker", "version", check=False).returncode == 0:
                return
            time.sleep(0.2)
        pytest.fail(self.run("tail", "-n", "20", "/var/log/docker.log").stdout)

    def stop(self) -> None:
        self.run("docker", "swarm", "leave", "--force", check=False)
        self.run("service", "docker", "stop", check=False)
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def machine(dockerd: Any) -> Iterator[Machine]:  # noqa: ANN401 - conftest.Engine
    if LSM.exists() and "apparmor" in LSM.read_text().split(","):
        pytest.skip("this kernel has AppArmor, which is what is lacking here")
    if not INIT_SCRIPT.exists():
        pytest.skip(f"the engine's package has no {INIT_SCRIPT}, by which it is restarted here")
    made = Machine(Path(tempfile.mkdtemp(prefix="harden-single-")))
    try:
        (made.project / "stack.yml").write_text(STACK)
        (made.project / "profiles" / "web" / "policy.yml").write_text(POLICY)
        made.start_engine()
        dockerd.make_busybox("single:1", {"srv/index.html": b"hello\n", "data/.keep": b""})
        archive = made.folder / "image.tar"
        dockerd.docker("save", "--output", str(archive), "single:1")
        made.run("docker", "load", "--input", str(archive))
        yield made
    finally:
        made.stop()


def settings(machine: Machine, more: str) -> None:
    (machine.project / "harden.yml").write_text(SETTINGS.format(more=more))


def test_without_leave_nothing_is_changed_and_it_says_how_to_go_on(machine: Machine) -> None:
    settings(machine, "")
    result = machine.harden("deploy", "--yes", check=False)
    assert result.returncode == 2
    assert "engine: {apparmor: when-there}" in result.stderr
    assert machine.run("ls", "/etc/harden", check=False).returncode != 0


def test_with_leave_it_deploys_and_says_what_is_lacking(machine: Machine) -> None:
    settings(machine, WITHOUT)
    result = machine.harden("deploy", "--yes")
    assert "Deployed: there is nothing left to do" in result.stdout
    assert "Lacking: localhost: its kernel" in result.stdout
    planned = machine.harden("plan")
    assert planned.stdout.startswith("Nothing to do")
    assert "Lacking: localhost: its kernel" in planned.stdout


def test_the_rest_is_in_force_by_the_kernels_word(machine: Machine) -> None:
    pids = machine.run("pgrep", "-f", "httpd -f -p").stdout.split()
    assert pids
    for pid in pids:
        status = dict(
            line.split(":\t", 1)
            for line in machine.run("cat", f"/proc/{pid}/status").stdout.splitlines()
            if ":\t" in line
        )
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
        assert machine.run("cat", f"/proc/{pid}/uid_map").stdout.split()[1] != "0"
        dial = ("python3", "-c", "import socket; socket.create_connection(('192.0.2.1', 9), 10)")
        tried = machine.run("nsenter", "--target", pid, "--net", *dial, check=False)
        assert "No route to host" in tried.stderr, "it has a way out, and is kept from it"


def test_the_status_is_well_and_names_the_lack(machine: Machine) -> None:
    found = json.loads(machine.harden("status", "--json").stdout)
    assert found["problems"] == []
    assert [(each["name"], each["running"], each["wanted"]) for each in found["services"]] == [("shop_web", 1, 1)]
    assert len(found["lacking"]) == 1
    shown = machine.harden("status").stdout
    assert "all well" in shown
    assert "lacking" in shown


def test_its_logs_are_there(machine: Machine) -> None:
    lines = machine.harden("logs", "web").stdout.splitlines()
    assert ["shop_web.1@" in line and "| hello from " in line for line in lines] == [True]
    result = machine.harden("logs", "wep", check=False)
    assert result.returncode == 2
    assert "did you mean" in result.stderr


def test_a_deploy_with_nothing_to_do_waits_for_a_task_that_starts(machine: Machine) -> None:
    def available(word: str) -> None:
        machine.run("sh", "-c", f"docker node update --availability {word} $(docker node ls --quiet)")

    available("drain")
    try:
        with machine.starting("deploy", "--yes") as deploy:
            assert deploy.stderr
            said = ""
            for line in deploy.stderr:
                said += line
                if "waiting for shop_web 0/1" in line:
                    available("active")
            assert deploy.wait() == 0, said
        assert "waiting for shop_web 0/1" in said
    finally:
        available("active")


def test_an_audit_mends_what_was_broken_by_hand_but_only_when_it_may(machine: Machine) -> None:
    """A service, a setting of the kernel, and who may write the policy."""
    broken = {
        "container-root-read-only": "docker service update --quiet --read-only=false shop_web",
        "node-sysctl-filesystem": "echo 0 > /proc/sys/fs/protected_hardlinks",
        "node-policy-files-protected": "chmod 666 /etc/harden/policy.json",
    }

    def failing() -> set[str]:
        found = json.loads(machine.harden("audit", "--json", check=False).stdout)
        return {each["check"] for each in found["findings"] if each["outcome"]["status"] == "fail"} & broken.keys()

    assert failing() == set()
    for script in broken.values():
        machine.run("sh", "-c", script)
    assert failing() == broken.keys()
    asked = machine.harden("audit", "--fix", check=False)
    assert asked.returncode != 0
    assert "shop_web (root writable, asked read-only)" in asked.stdout
    assert failing() == broken.keys(), "nobody consented"
    machine.harden("audit", "--fix", "--yes", check=False)
    assert failing() == set()
    assert machine.harden("plan").stdout.startswith("Nothing to do")


def test_destroy_asks_and_a_no_changes_nothing(machine: Machine) -> None:
    shown = machine.harden("destroy", "--dry-run").stdout
    assert "Remove the stack shop" in shown
    refused = machine.harden("destroy", check=False)
    assert refused.returncode != 0
    assert json.loads(machine.harden("status", "--json").stdout)["problems"] == []


def test_destroyed_and_deployed_again_its_data_is_there(machine: Machine) -> None:
    data = "/data/note"
    container = machine.run("docker", "ps", "--quiet").stdout.strip()
    volume = machine.run("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", "shop_data").stdout.strip()
    machine.run("sh", "-c", f"echo kept > {volume}/note")
    token = machine.run("docker", "exec", container, "cat", "/run/secrets/token").stdout
    assert "To bring it back: harden deploy" in machine.harden("destroy", "--yes").stdout
    assert machine.harden("status", check=False).returncode == 1
    machine.harden("deploy", "--yes")
    container = machine.run("docker", "ps", "--quiet").stdout.strip()
    assert machine.run("docker", "exec", container, "cat", data).stdout == "kept\n"
    assert machine.run("docker", "exec", container, "cat", "/run/secrets/token").stdout == token
    machine.harden("destroy", "--yes", "--volumes", "--swarm")
    assert machine.run("docker", "volume", "ls", "--quiet").stdout == ""
    assert "Nothing to remove" in machine.harden("destroy", "--volumes", "--swarm").stdout
