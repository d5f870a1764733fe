"""A machine over SSH: a real server on loopback, and everything that can go wrong with one."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from hardening.errors import Exit, HardenError, HostError
from hardening.hosts import Host, connect
from hardening.hosts.engine import engine
from hardening.model.inventory import Inventory, Node, NodeRole, SshTransport

if TYPE_CHECKING:
    from tests.engine.conftest import Engine

OPERATOR = 4321
"""User and group number of a login that is not root."""

pytestmark = pytest.mark.skipif(shutil.which("sshd", path="/usr/sbin:/sbin") is None, reason="needs openssh-server")


class Server:
    """An SSH server of this test run's own, for the user who runs it."""

    START: tuple[str, ...] = ()
    """What starts it in surroundings of its own."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self._key("host_key")
        self._key("user_key")
        self._key("stranger_key")
        shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
        host_key = (folder / "host_key.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}")
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {folder}/host_key\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nPasswordAuthentication no\nLogLevel ERROR\n{settings}"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        argv = [*self.START, "/usr/sbin/sshd", "-D", "-e", "-f", f"{folder}/config"]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=(folder / "log").open("wb"))
        wait_for(lambda: self._answers() or self.process.poll() is not None)
        assert self.process.poll() is None, (folder / "log").read_text()
        wait_for(lambda: not self.sessions())  # the one that asked whether it answers

    def _key(self, name: str) -> None:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.folder}/{name}"]
        subprocess.run(argv, check=True, timeout=60)

    def _answers(self) -> bool:
        """Whether it greets: by then the connection has its process."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False

    def transport(self, **changes: object) -> SshTransport:
        """How to reach it, for the user it lets in."""
        known, key = str(self.folder / "known_hosts"), str(self.folder / "user_key")
        right = SshTransport("127.0.0.1", self.port, getpass.getuser(), key, known)
        return msgspec.structs.replace(right, **changes)

    def sessions(self) -> list[int]:
        """The process of every connection it holds."""
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cut(self) -> None:
        """End every connection without a farewell."""
        for pid in self.sessions():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not self.sessions())

    def stop(self) -> None:
        """End it."""
        self.cut()
        self.process.terminate()
        self.process.wait(20)


PASSWD = f"""\
root:x:0:0::/root:/bin/sh
sshd:x:{OPERATOR - 1}:65534::/run/sshd:/usr/sbin/nologin
op:x:{OPERATOR}:{OPERATOR}::/:/bin/sh
"""
SURROUNDINGS = """\
cd "$1"
for file in passwd shadow group sudoers; do mount --bind $file /etc/$file; done
mount -t tmpfs -o mode=755 none /run
mkdir /run/sshd
touch /run/docker.sock
mount --bind "$2" /run/docker.sock
shift 2
exec "$@"
"""


class OperatorsServer(Server):
    """One whose users are root and `op`, on a machine with the test's own engine; what op may is said by sudoers."""

    def __init__(self, folder: Path, docker: Path, sudoers: str, settings: str = "") -> None:
        (folder / "passwd").write_text(PASSWD)
        (folder / "group").write_text(f"root:x:0:\nop:x:{OPERATOR}:\n")
        (folder / "shadow").write_text("".join(f"{name}:*:20000:0:99999:7:::\n" for name in ("root", "sshd", "op")))
        (folder / "sudoers").write_text(f"root ALL=(ALL) ALL\n{sudoers}\n")
        for name, mode in (("passwd", 0o644), ("group", 0o644), ("shadow", 0o600), ("sudoers", 0o440)):
            (folder / name).chmod(mode)
        self.START = ("unshare", "--mount", "sh", "-ec", SURROUNDINGS, "sh", str(folder), str(docker))
        super().__init__(folder, settings)

    def operator(self) -> SshTransport:
        """How op reaches it."""
        return self.transport(user="op", sudo=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    server = Server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


def inventory(transport: SshTransport) -> Inventory:
    return Inventory((Node("far", "127.0.0.1", NodeRole.MANAGER, {}, transport),), "inventory.yml")


@pytest.fixture
def host(server: Server) -> Generator[Host]:
    with connect(inventory(server.transport())) as hosts:
        yield hosts["far"]


def test_programs_run_over_one_connection_that_ends_with_the_context(server: Server) -> None:
    with connect(inventory(server.transport())) as hosts:
        assert server.sessions() == []
        for _ in range(3):
            assert hosts["far"].run(("echo", "hi")).stdout == b"hi\n"
        assert len(server.sessions()) == 1
    wait_for(lambda: not server.sessions())


def test_arguments_and_input_arrive_as_they_are(host: Host) -> None:
    words = ("", "a b", "$HOME", "'", '"', "*", "é", "line\nfeed", "; exit 9")
    assert host.run(("printf", "%s|", *words)).text == "".join(f"{word}|" for word in words)
    everything = bytes(range(256)) * 4000
    assert host.run(("cat",), stdin=everything).stdout == everything


@pytest.mark.parametrize("script", ["exit 3", "exit 255", "kill -KILL $$"])
def test_a_remote_program_that_fails_is_a_result_and_the_connection_stays(
    server: Server, host: Host, script: str
) -> None:
    result = host.run(("sh", "-c", f"echo sorry >&2; {script}"))
    assert not result.ok
    assert result.complaint == "sorry"
    before = server.sessions()
    assert host.run(("true",)).ok
    assert server.sessions() == before


def test_a_remote_program_that_is_not_there_is_a_result(host: Host) -> None:
    assert host.run(("no-such-program",)).rc == 127


def test_a_remote_program_past_its_time_is_a_host_error(host: Host) -> None:
    with pytest.raises(HostError, match=r"far: sleep gave no answer within 0\.5 s"):
        host.run(("sleep", "5"), timeout=0.5)
    assert host.run(("true",)).ok


def test_parallel_calls_share_the_connection(server: Server, host: Host) -> None:
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(host.run(("echo", "hi")).stdout)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"hi\n"] * 6
    assert len(server.sessions()) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"identity_file": "stranger_key"}, "Permission denied"),
        ({"known_hosts_file": "none"}, "Host key verification failed"),
        ({"known_hosts_file": "changed"}, "Host key verification failed"),
        ({"host": "no-such-host.invalid"}, "Could not resolve hostname"),
        ({"port": 1}, "Connection refused"),
    ],
)
def test_a_host_that_cannot_be_reached_says_why_and_what_to_try(
    server: Server, changes: dict[str, object], reason: str
) -> None:
    for name in ("identity_file", "known_hosts_file"):
        if name in changes:
            changes = {name: str(server.folder / str(changes[name]))}
    other = (server.folder / "stranger_key.pub").read_text()
    (server.folder / "changed").write_text(f"[127.0.0.1]:{server.port} {other}")
    with connect(inventory(server.transport(**changes))) as hosts, pytest.raises(HostError) as caught:
        hosts["far"].run(("true",))
    assert caught.value.exit_code is Exit.UNREACHABLE
    assert caught.value.message.startswith("far: no SSH connection to ")
    assert reason in caught.value.message
    assert caught.value.hint.startswith("try it by hand: ssh -p ")


def test_a_connection_that_breaks_is_a_host_error_and_the_next_call_opens_another(
    server: Server, host: Host, tmp_path: Path
) -> None:
    note = tmp_path / "pid"

    def cut_when_started() -> None:
        wait_for(lambda: note.exists() and note.read_text())
        server.cut()

    breaking = threading.Thread(target=cut_when_started)
    breaking.start()
    with pytest.raises(HostError, match="far: the SSH connection broke"):
        host.run(("sh", "-c", f"echo $$ >{note}; exec sleep 60"))
    breaking.join()
    os.kill(int(note.read_text()), signal.SIGKILL)  # what runs on a node outlives the connection
    assert host.run(("echo", "again")).stdout == b"again\n"
    assert len(server.sessions()) == 1


def test_a_connection_that_broke_unseen_is_no_obstacle(server: Server, host: Host) -> None:
    assert host.run(("true",)).ok
    server.cut()
    assert host.run(("echo", "still")).stdout == b"still\n"
    with host.forward("/nowhere.sock") as local:
        assert local.is_socket()


def test_a_forwarded_socket_is_private_and_leads_to_the_remote_one(host: Host, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as remote:
        remote.bind(str(tmp_path / "engine.sock"))
        remote.listen()
        with host.forward(str(tmp_path / "engine.sock")) as local, socket.socket(socket.AF_UNIX) as near:
            assert local.stat().st_mode & 0o777 == 0o600
            assert local.parent.stat().st_mode & 0o777 == 0o700
            near.connect(str(local))
            near.sendall(b"ping")
            far, _ = remote.accept()
            with far:
                assert far.recv(4) == b"ping"
        assert not local.exists()


def test_two_forwards_do_not_meet(host: Host) -> None:
    with host.forward("/a.sock") as first, host.forward("/b.sock") as second:
        assert first != second


def test_programs_run_through_sudo_where_the_inventory_says_so(server: Server) -> None:
    with connect(inventory(server.transport(sudo=True))) as hosts:
        result = hosts["far"].run(("sh", "-c", "id -u; echo $SUDO_COMMAND"))
    assert result.stderr == b""
    uid, command = result.text.splitlines()
    assert uid == "0"
    assert command.startswith("/usr/bin/sh -c")


@pytest.fixture
def operators(dockerd: Engine) -> Generator[Callable[..., OperatorsServer]]:
    """Starts servers that let op in. His key is read as himself: not in pytest's folder, which is root's."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="harden-ssh-")))
        folder.chmod(0o755)

        def start(sudoers: str, settings: str = "") -> OperatorsServer:
            server = OperatorsServer(folder, dockerd.socket, sudoers, settings)
            running.callback(server.stop)
            return server

        yield start


def test_a_login_that_is_not_root_reaches_the_engine_too(operators: Callable[..., OperatorsServer]) -> None:
    server = operators("op ALL=(root) NOPASSWD: ALL")
    with connect(inventory(server.operator())) as hosts:
        assert hosts["far"].run(("id", "-u")).text.strip() == "0"
        with engine(hosts["far"]) as running:
            assert running.swarm_state() in {"active", "inactive"}
    with connect(inventory(server.transport(user="op"))) as hosts, pytest.raises(HardenError), engine(hosts["far"]):
        pytest.fail("the engine's socket is root's alone")


@pytest.mark.parametrize(
    ("sudoers", "settings", "complaint"),
    [
        ("", "", "op cannot become root without a password: sudo: a password is required"),
        ("op ALL=(root) ALL", "", "op cannot become root without a password: sudo: a password is required"),
        ("op ALL=(root) NOPASSWD: /bin/true", "", "op cannot become root without a password: sudo: "),
        (
            "op ALL=(root) NOPASSWD: ALL",
            "SetEnv PATH=/nowhere",
            "op cannot become root without a password: there is no sudo",
        ),
        ('Defaults secure_path="/nowhere"\nop ALL=(root) NOPASSWD: ALL', "", "there is no Python"),
    ],
    ids=["unknown to sudo", "with a password", "for something else", "without sudo", "without Python"],
)
def test_who_cannot_become_root_is_told_how(
    operators: Callable[..., OperatorsServer], sudoers: str, settings: str, complaint: str
) -> None:
    server = operators(sudoers, settings)
    with connect(inventory(server.operator())) as hosts, pytest.raises(HostError, match=complaint) as caught:
        hosts["far"].ask("collector", {})
    assert (
        caught.value.hint == "apt-get install python3"
        if "Python" in complaint
        else "sudo -n id -u" in caught.value.hint
    )


def test_a_host_key_is_never_learned_by_itself(server: Server) -> None:
    known = Path("~/.ssh/known_hosts").expanduser()
    before = known.read_bytes() if known.exists() else None
    with connect(inventory(server.transport(known_hosts_file=None))) as hosts:
        with pytest.raises(HostError, match="Host key verification failed"):
            hosts["far"].run(("true",))
        assert "StrictHostKeyChecking=yes" in hosts["far"]._remote(("true",))  # type: ignore[attr-defined]  # noqa: SLF001 - the user's own settings are not ours to change for a test
    assert (known.read_bytes() if known.exists() else None) == before
