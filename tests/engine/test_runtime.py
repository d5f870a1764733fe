"""harden-runtime as the default runtime of a real engine; what it claims is read back from the kernel."""

from __future__ import annotations

import errno
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

PROFILES = Path(__file__).parents[2] / "profiles"
SYS_MKDIR, SYS_PTRACE, SYS_CLONE3 = 83, 101, 435
ALLOWED = """
    " access arch_prctl brk capget capset chdir clock_nanosleep clone close dup2 execve exit exit_group faccessat
    faccessat2 fchdir fcntl fork fstat fstatfs futex getcwd getdents64 getegid geteuid getgid getpgrp getpid getppid
    gettid getuid ioctl lseek lstat mmap mprotect munmap nanosleep newfstatat open openat openat2 pipe poll prctl
    pread64 prlimit64 read readlink readlinkat rt_sigaction rt_sigprocmask rt_sigreturn sched_yield set_robust_list
    set_tid_address setgid setgroups setuid sigaltstack stat statfs statx tgkill time uname wait4 write writev
"""
FILTER = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "defaultErrnoRet": errno.EPERM,
    "architectures": ["SCMP_ARCH_X86_64"],
    "syscalls": [
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS},
        {"names": ALLOWED.split(), "action": "SCMP_ACT_ALLOW"},
    ],
}
CONFINED = ("--network", "none", "--label", "harden.profile=web")


def program_that_calls(number: int) -> bytes:
    """A static x86-64 program that makes one system call with no arguments and exits with its errno."""
    code = b"\xb8" + struct.pack("<I", number) + b"\x31\xff\x31\xf6\x31\xd2\x0f\x05"  # call(0, 0, 0)
    code += b"\xf7\xd8\x89\xc7\xb8\xe7\x00\x00\x00\x0f\x05"  # exit_group(-result)
    base, header = 0x400000, 64 + 56
    size = header + len(code)
    elf = b"\x7fELF\x02\x01\x01" + bytes(9)
    elf += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + header, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    elf += struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return elf + code


class Node(NamedTuple):
    """A private engine with the runtime installed, as on a node."""

    engine: Engine
    policy: Path
    filter: Path
    image: str

    def start(self, *options: str, command: tuple[str, ...] = ("sleep", "1000")) -> str:
        return self.engine.docker("run", "--detach", *options, self.image, *command).stdout.strip()

    def refusal(self, *options: str) -> str:
        """The engine's message when a container must not start."""
        done = self.engine.docker("run", "--rm", *options, self.image, "true", check=False)
        assert done.returncode != 0
        return done.stderr

    def write_policy(self, services: dict[str, str], **more: object) -> None:
        profiles = {"web": {"seccomp": str(self.filter), "no_new_privileges": True}}
        self.policy.write_text(json.dumps({"version": 1, "services": services, "profiles": profiles, **more}))
        self.policy.chmod(0o644)


@pytest.fixture(scope="module")
def installed(dockerd: Engine) -> Node:
    image = dockerd.make_busybox(
        "probe:1", {f"calls-{number}": program_that_calls(number) for number in (SYS_MKDIR, SYS_PTRACE, SYS_CLONE3)}
    )
    folder = dockerd.install_runtime()
    node = Node(dockerd, folder / "policy.json", folder / "web.json", image)
    node.write_policy({"rt_web": "web"})
    return node


@pytest.fixture
def node(installed: Node) -> Iterator[Node]:
    installed.write_policy({"rt_web": "web"})
    installed.filter.write_text(json.dumps(FILTER))
    installed.filter.chmod(0o644)
    installed.policy.parent.chmod(0o755)
    before = set(installed.engine.docker("ps", "--all", "--quiet").stdout.split())
    yield installed
    after = set(installed.engine.docker("ps", "--all", "--quiet").stdout.split())
    if after - before:
        installed.engine.docker("rm", "--force", *(after - before))


def test_a_labelled_container_runs_under_the_profiles_filter_and_without_new_privileges(node: Node) -> None:
    status = node.engine.kernel_status(node.start(*CONFINED))
    assert (status["Seccomp"], status["Seccomp_filters"], status["NoNewPrivs"]) == ("2", "1", "1")


@pytest.mark.parametrize(("number", "answer"), [(SYS_MKDIR, errno.EPERM), (SYS_CLONE3, errno.ENOSYS)])
def test_a_call_outside_the_profile_gets_the_profiles_errno(node: Node, number: int, answer: int) -> None:
    probe = ("run", "--rm", *CONFINED, node.image, f"/calls-{number}")
    assert node.engine.docker(*probe, check=False).returncode == answer
    unconfined = ("run", "--rm", "--network", "none", node.image, f"/calls-{number}")
    assert node.engine.docker(*unconfined, check=False).returncode not in {0, errno.EPERM}


def test_the_profile_wins_over_an_unconfined_request(node: Node) -> None:
    container = node.start(*CONFINED, "--security-opt", "seccomp=unconfined")
    assert node.engine.kernel_status(container)["Seccomp"] == "2"


@pytest.mark.parametrize("role", sorted(path.parent.name for path in PROFILES.glob("*/seccomp.json")))
def test_a_shipped_filter_lets_runc_start_a_container_and_enter_it(node: Node, role: str) -> None:
    node.filter.write_text((PROFILES / role / "seccomp.json").read_text())
    container = node.start(*CONFINED, "--init")
    assert node.engine.kernel_status(container)["Seccomp"] == "2"
    for number, answer in ((SYS_PTRACE, errno.EPERM), (SYS_CLONE3, errno.ENOSYS)):
        assert node.engine.docker("exec", container, f"/calls-{number}", check=False).returncode == answer


def test_exec_is_held_to_the_container(node: Node) -> None:
    container = node.start(*CONFINED, "--cap-drop", "ALL")
    seen = node.engine.docker("exec", "--privileged", "--user", "0", container, "cat", "/proc/self/status").stdout
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
        assert line in seen
    assert node.engine.docker("exec", container, f"/calls-{SYS_MKDIR}", check=False).returncode == errno.EPERM


def test_exec_needs_no_policy(node: Node) -> None:
    container = node.start(*CONFINED)
    node.policy.unlink()
    assert "NoNewPrivs:\t1" in node.engine.docker("exec", container, "cat", "/proc/self/status").stdout


def test_a_container_without_a_name_in_the_policy_keeps_the_engines_filter(node: Node) -> None:
    container = node.start("--network", "none")
    status = node.engine.kernel_status(container)
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    assert node.engine.docker("exec", container, f"/calls-{SYS_MKDIR}", check=False).returncode == errno.EFAULT
    assert "NoNewPrivs:\t1" in node.engine.docker("exec", container, "cat", "/proc/self/status").stdout


def test_restart_and_health_checks_keep_working(node: Node) -> None:
    health = ("--health-cmd", "true", "--health-interval", "1s", "--health-timeout", "5s")
    container = node.start(*CONFINED, *health)

    def healthy() -> bool:
        return node.engine.docker("inspect", "--format", "{{.State.Health.Status}}", container).stdout == "healthy\n"

    node.engine.wait_until(healthy, "the first health check")
    node.engine.docker("restart", "--time", "1", container)
    node.engine.wait_until(healthy, "a health check after the restart")
    assert node.engine.kernel_status(container)["Seccomp"] == "2"


def test_a_container_in_anothers_network_namespace_is_not_taken_for_it(node: Node) -> None:
    confined = node.start(*CONFINED)
    guest = node.start("--network", f"container:{confined}")
    assert node.engine.docker("exec", guest, f"/calls-{SYS_MKDIR}", check=False).returncode == errno.EFAULT


def test_hiding_the_files_that_lead_to_the_engines_record_does_not_hide_the_container(node: Node) -> None:
    hidden = [f"/etc/{name}" for name in ("hostname", "hosts", "resolv.conf")]
    mounts = [word for path in hidden for word in ("--volume", f"{node.filter}:{path}:ro")]
    container = node.start(*CONFINED, *mounts)
    assert node.engine.docker("exec", container, f"/calls-{SYS_MKDIR}", check=False).returncode == errno.EPERM


def _break_policy(node: Node) -> None:
    node.policy.write_text("{")


def _open_policy(node: Node) -> None:
    node.policy.chmod(0o666)


def _open_folder(node: Node) -> None:
    node.policy.parent.chmod(0o777)


def _remove_policy(node: Node) -> None:
    node.policy.unlink()


def _remove_filter(node: Node) -> None:
    node.filter.unlink()


def _allow_by_default(node: Node) -> None:
    node.filter.write_text(json.dumps({**FILTER, "defaultAction": "SCMP_ACT_ALLOW"}))


def _write_docker_only_filter(node: Node) -> None:
    rule = {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
    node.filter.write_text(json.dumps({**FILTER, "syscalls": [rule]}))


def _ask_for_apparmor(node: Node) -> None:
    profiles = {"web": {"apparmor": "harden-none-such", "seccomp": str(node.filter)}}
    node.write_policy({}, profiles=profiles)


def _name_another_runtime(node: Node) -> None:
    node.write_policy({}, runtime="/usr/bin/none-such")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_break_policy, "malformed policy"),
        (_open_policy, "others than root can change it"),
        (_open_folder, "others than root can change the folder"),
        (_remove_policy, "policy cannot be read: No such file"),
        (_remove_filter, "seccomp filter cannot be read: No such file"),
        (_allow_by_default, "allows every call it does not name"),
        (_write_docker_only_filter, "'includes' is not OCI seccomp"),
        (_ask_for_apparmor, "AppArmor profile harden-none-such"),
        (_name_another_runtime, "no runc at /usr/bin/none-such"),
    ],
)
def test_what_cannot_be_trusted_keeps_a_container_from_starting(
    node: Node, damage: Callable[[Node], None], message: str
) -> None:
    damage(node)
    text = node.refusal(*CONFINED)
    assert "OCI runtime create failed: harden-runtime: " in text
    assert message in text


def test_an_unknown_profile_keeps_a_container_from_starting(node: Node) -> None:
    text = node.refusal("--network", "none", "--label", "harden.profile=webb")
    assert "there is no profile 'webb'" in text
    assert "Name one that exists" in text


def test_a_damaged_policy_does_not_keep_a_container_from_being_stopped(node: Node) -> None:
    container = node.start(*CONFINED)
    _break_policy(node)
    node.engine.docker("stop", "--time", "1", container)
    node.engine.docker("rm", container)


@pytest.fixture(scope="module")
def swarm(dockerd: Engine) -> Iterator[None]:
    dockerd.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")
    yield
    dockerd.docker("swarm", "leave", "--force")


@pytest.mark.usefixtures("swarm")
class TestSwarm:
    """Services of a one-node swarm on loopback. VIPs need IPVS, which not every kernel has: dnsrr."""

    def _service(self, node: Node, name: str, *options: str) -> str:
        """Create a service; the id of its first running container."""
        create = ("service", "create", "--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--name", name)
        node.engine.docker(*create, *options, node.image, "sleep", "1000")
        return self._container(node, name)

    @staticmethod
    def _container(node: Node, name: str, but: str = "") -> str:
        found: list[str] = []

        def runs() -> bool:
            label = f"label=com.docker.swarm.service.name={name}"
            found[:] = node.engine.docker("ps", "--quiet", "--no-trunc", "--filter", label).stdout.split()
            return bool(found) and found[0] != but

        node.engine.wait_until(runs, f"a task of {name}")
        return found[0]

    @staticmethod
    def _answer(node: Node, container: str) -> int:
        return node.engine.docker("exec", container, f"/calls-{SYS_MKDIR}", check=False).returncode

    def test_a_service_gets_the_profile_the_policy_gives_its_name(self, node: Node) -> None:
        container = self._service(node, "rt_web", "--container-label", "harden.profile=none-such")
        status = node.engine.kernel_status(container)
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert self._answer(node, container) == errno.EPERM
        node.engine.docker("service", "update", "--detach", "--force", "rt_web")
        assert self._answer(node, self._container(node, "rt_web", but=container)) == errno.EPERM
        node.engine.docker("service", "rm", "rt_web")

    def test_a_service_outside_the_policy_may_choose_by_label(self, node: Node) -> None:
        container = self._service(node, "rt_own", "--container-label", "harden.profile=web")
        assert self._answer(node, container) == errno.EPERM
        node.engine.docker("service", "rm", "rt_own")

    def test_a_service_without_either_keeps_the_engines_filter(self, node: Node) -> None:
        container = self._service(node, "rt_plain")
        status = node.engine.kernel_status(container)
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert self._answer(node, container) == errno.EFAULT
        node.engine.docker("service", "rm", "rt_plain")

    def test_a_refused_task_says_why(self, node: Node) -> None:
        node.write_policy({"rt_web": "webb"})
        create = ("service", "create", "--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--name", "rt_web")
        node.engine.docker(*create, "--restart-condition", "none", node.image, "sleep", "1000")

        def explained() -> bool:
            tasks = node.engine.docker("service", "ps", "--no-trunc", "--format", "{{.Error}}", "rt_web").stdout
            return "service rt_web: there is no profile 'webb'" in tasks

        node.engine.wait_until(explained, "the task's error to give the reason")
        node.engine.docker("service", "rm", "rt_web")
