"""The collector's reading of /proc and of an engine, with hostile input; and that its answer is a NodeFacts."""

import ast
import base64
import contextlib
import hashlib
import json
import os
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardening.facts import nginx
from hardening.facts.shape import shapes
from hardening.hosts import process as processes_of
from hardening.hosts import program
from hardening.model.facts import NodeFacts
from hardening.model.known import Known, Unavailable
from hardening.node import collector, configured, engine_socket, inodes, kernel, process, sockets
from hardening.node.configured import configuration, kept_option, main_file
from hardening.node.engine_facts import engine_facts, prune, swarm_facts
from hardening.node.engine_socket import EngineError, EngineSocket
from hardening.node.fact import NotReadable, fact

PROGRAMS = ("collector", "relay")
ID = "0123456789abcdef" * 4
OTHER = "f" * 64


# --- what travels to nodes ------------------------------------------------------------------------------------------


def modules_of(name: str) -> list[tuple[str, str]]:
    sent = program.package(name, {})
    length, _, rest = sent.partition(b"\n")
    return [(str(module), str(text)) for module, text in json.loads(rest[: int(length)])]


@pytest.mark.parametrize("name", PROGRAMS)
def test_node_programs_are_python_3_9_and_need_nothing_but_the_standard_library(name: str) -> None:
    modules = modules_of(name)
    for module, text in modules:
        tree = ast.parse(text, module, feature_version=(3, 9))
        imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]
        names = {str(node.module) for node in imported}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        ours = {each for each in names if each.startswith("hardening.")}
        assert ours <= {other for other, _ in modules}
        assert {each.partition(".")[0] for each in names - ours} <= sys.stdlib_module_names


def test_this_machine_answers_with_node_facts_and_says_that_there_is_no_engine(tmp_path: Path) -> None:
    request = {"node": "here", "engine_socket": str(tmp_path / "none.sock"), "shapes": shapes(), "looks": [nginx.LOOK]}
    answer = processes_of.run(program.ARGV, stdin=program.package("collector", request), timeout=60)
    assert answer.ok, answer.stderr
    facts = msgspec.json.decode(answer.stdout, type=NodeFacts)
    assert facts.hostname == os.uname().nodename
    assert facts.memory > 0
    assert facts.engine == Unavailable(f"the engine does not answer on {tmp_path}/none.sock: No such file or directory")
    assert facts.swarm == facts.engine
    assert facts.files["/etc/docker/daemon.json"] is not None
    assert any(disk.path == "/" and disk.total >= disk.free > 0 for disk in facts.disks)


# --- pure readings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cgroup", "container"),
    [
        (f"0::/system.slice/docker-{ID}.scope\n", ID),
        (f"12:pids:/docker/{ID}\n0::/docker/{ID}\n", ID),
        (f"0::/docker/{OTHER}/docker/{ID}\n", ID),
        (f"0::/mine/{ID}/inner\n", ID),
        ("0::/init.scope\n", ""),
        ("0::/docker/0123abc\n", ""),
        ("", ""),
    ],
)
def test_a_control_group_tells_the_container(cgroup: str, container: str) -> None:
    assert process.container_of(cgroup) == container


def test_routes_are_networks_with_their_interfaces_and_the_default_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    table = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	024DA8C0	0003	0	0	0	00000000	0	0	0
eth0	004DA8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
wg0	0000030A	01004D0A	0003	0	0	0	0000FFFF	0	0	0
wg0	09094D0A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
"""
    monkeypatch.setattr(kernel, "read_text", {"/proc/net/route": table}.__getitem__)
    assert [(each["network"], each["interface"]) for each in kernel.routes()] == [
        ("192.168.77.0/24", "eth0"),
        ("10.3.0.0/16", "wg0"),
        ("10.77.9.9/32", "wg0"),
    ]


def test_profiles_keep_their_mode_whatever_their_name() -> None:
    text = "docker-default (enforce)\n/usr/bin/a (b) c (complain)\nlsb_release//x (unconfined)\n"
    assert kernel.parse_profiles(text) == {
        "docker-default": "enforce",
        "/usr/bin/a (b) c": "complain",
        "lsb_release//x": "unconfined",
    }
    assert kernel.parse_profiles("") == {}
    with pytest.raises(NotReadable, match="unknown form: docker-default"):
        kernel.parse_profiles("docker-default")


def test_rules_of_a_profile_are_compared_with_what_the_kernel_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_SECURITY", str(tmp_path))
    monkeypatch.setattr(kernel, "PROFILE_FILES", str(tmp_path / "harden-*"))
    monkeypatch.setattr(kernel, "output", lambda *argv: Path(argv[-1]).read_bytes())  # a parser that changes nothing
    for number, name in enumerate(("docker-default", "harden-api", "harden-web")):
        folder = tmp_path / "apparmor/policy/profiles" / f"{name}.{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "raw_sha256").write_text(hashlib.sha256(b"rules").hexdigest() + "\n")
    for name, text in (("harden-api", "wider rules"), ("harden-web", "rules"), ("harden-web.bak", "rules")):
        (tmp_path / name).write_text(text)
    assert kernel.apparmor_in_force() == {"harden-api": False, "harden-web": True}
    (folder / "raw_sha256").unlink()
    with pytest.raises(NotReadable, match="keeps no hash"):
        kernel.apparmor_in_force()


HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


@pytest.mark.parametrize(
    ("table", "line", "found"),
    [
        ("tcp", "0: 0100007F:0016 00000000:0000 0A 0:0 0:0 0 0 0 77", [("127.0.0.1", 22, 77)]),
        ("tcp", "0: 0100007F:0016 0100007F:1234 01 0:0 0:0 0 0 0 77", []),
        ("udp", "0: 00000000:0202 00000000:0000 07 0:0 0:0 0 0 0 9", [("0.0.0.0", 514, 9)]),  # noqa: S104 - a sample
        ("tcp6", f"0: {'0' * 32}:0050 {'0' * 32}:0000 0A 0:0 0:0 0 0 0 5", [("::", 80, 5)]),
        ("tcp6", f"0: 000080FE000000000000000001000000:0050 {'0' * 32}:0000 0A 0:0 0:0 0 0 0 5", [("fe80::1", 80, 5)]),
    ],
)
@pytest.mark.skipif(sys.byteorder == "big", reason="the samples are from a little-endian machine")
def test_listening_sockets_are_read_from_the_kernel_s_tables(
    table: str, line: str, found: list[tuple[str, int, int]]
) -> None:
    assert sockets.parse_table(HEADER + line + "\n", table) == found


@pytest.mark.parametrize(
    ("document", "shape", "kept"),
    [
        ({"A": 1, "B": 2}, {"A": True}, {"A": 1}),
        ({"A": {"B": 1, "Token": 2}}, {"A": {"B": True}}, {"A": {"B": 1}}),
        ([{"A": 1, "B": 2}], [{"A": True}], [{"A": 1}]),
        ({"p": [{"A": 1, "B": 1}], "q": None}, {"*": [{"A": True}]}, {"p": [{"A": 1}], "q": None}),
        ({"Env": ["A=1", "PASSWORD=x=y", "C"]}, {"Env": [True]}, {"Env": ["A", "PASSWORD", "C"]}),
        ({"Env": None}, {"Env": [True]}, {"Env": None}),
        (
            {"Env": ["A=1", "B=mongodb://u:hunter2@db/x", "C=-----BEGIN PRIVATE KEY-----\nx", "D=http://db/x", "E"]},
            {"Env": [True], "EnvSecrets": [True]},
            {"Env": ["A", "B", "C", "D", "E"], "EnvSecrets": ["B", "C"]},
        ),
        ({"Env": None}, {"EnvSecrets": [True]}, {"EnvSecrets": []}),
        ({}, {"A": True}, {}),
        (None, {"A": True}, None),
    ],
)
def test_only_what_a_shape_names_is_kept(document: object, shape: object, kept: object) -> None:
    assert prune(document, shape) == kept


@pytest.mark.parametrize(("document", "shape"), [("text", {"A": True}), ([1], {"A": True}), ({"A": 1}, [True])])
def test_a_document_of_another_form_is_not_passed_on(document: object, shape: object) -> None:
    with pytest.raises(NotReadable, match="another form"):
        prune(document, shape)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ([["nginx: master process /usr/sbin/nginx -c /a.conf -g daemon off;"]], "/a.conf"),
        ([["nginx: worker process"], ["nginx", "-c", "/b.conf"]], "/b.conf"),
        ([["nginx", "-g", "daemon off;"]], None),
        ([["nginx", "-c"]], None),
        ([], None),
    ],
)
def test_an_option_is_taken_from_the_running_program(lines: list[list[str]], kept: str | None) -> None:
    assert kept_option(lines, "-c") == kept


@pytest.mark.parametrize(
    ("line", "built", "path"),
    [
        ("nginx", "", "/usr/local/nginx/conf/nginx.conf"),
        ("nginx", " --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf"),
        ("nginx", " --prefix='/opt' --with-cc-opt='-g'", "/opt/conf/nginx.conf"),
        ("nginx -p /srv/ -c my.conf -g daemon off;", " --conf-path=/etc/nginx/nginx.conf", "/srv/my.conf"),
        ("nginx -c /a/../b.conf", None, "/b.conf"),
        ("nginx -c my.conf", None, "does not tell where"),
        ("nginx", None, "does not tell where"),
        ("nginx -p here", "", "does not tell where"),
    ],
)
def test_a_configuration_is_found_as_its_program_finds_it(
    monkeypatch: pytest.MonkeyPatch, line: str, built: str | None, path: str
) -> None:
    monkeypatch.setattr(configured, "command_line", lambda _: line.split())
    found = fact(main_file, [1], built, nginx.LOOK["configuration"])
    assert path in str(found.get("value", found.get("reason")))


def read_configuration(main: Path) -> dict[str, Any]:
    asked: Any = nginx.LOOK["configuration"]
    return configuration(str(main), asked["include"], asked["comment"])


def test_a_configuration_is_read_with_all_that_it_includes(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    texts = {
        "main": "include conf.d/*.conf; # include gone;\ninclude gone;",
        "conf.d/a.conf": "include conf.d/b.conf;",
        "conf.d/b.conf": "include main;",
        "conf.d/c.old": "x y;",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = read_configuration(tmp_path / "main")
    assert found["files"] == {str(tmp_path / name): text for name, text in texts.items() if name != "conf.d/c.old"}
    assert next(iter(found["files"])) == str(tmp_path / "main")
    assert set(found["included"]) == {
        str(tmp_path / each) for each in ("conf.d/*.conf", "gone", "conf.d/b.conf", "main")
    }


def test_a_configuration_that_cannot_be_read_whole_is_not_read_in_part(tmp_path: Path) -> None:
    (tmp_path / "main").write_text("include *.conf;")
    os.mkfifo(tmp_path / "a.conf")
    assert "is no regular file" in fact(read_configuration, tmp_path / "main")["reason"]
    (tmp_path / "a.conf").unlink()
    for number in range(300):
        (tmp_path / f"{number}.conf").touch()
    assert "more than 300 files" in fact(read_configuration, tmp_path / "main")["reason"]


def test_a_fact_that_fails_keeps_its_reason_and_nothing_else() -> None:
    def fails() -> None:
        raise KeyError("Seccomp")

    assert fact(fails) == {"type": "unavailable", "reason": "KeyError: 'Seccomp'"}
    assert fact(open, "/none") == {"type": "unavailable", "reason": "/none: No such file or directory"}


# --- this machine's own files and processes -------------------------------------------------------------------------


def test_inodes_tell_a_link_with_its_target(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("nowhere")
    found = {name: inodes.inode(str(tmp_path / name)) for name in ("file", "link", "broken", "none", ".")}
    assert found["none"] is None
    kinds = {name: (each["kind"], each["link"]) for name, each in found.items() if each}
    assert kinds == {
        "file": ("file", ""),
        "link": ("file", "file"),
        "broken": ("link", "nowhere"),
        ".": ("directory", ""),
    }
    assert found["link"] is not None
    assert (found["link"]["mode"], found["link"]["size"], found["link"]["sha256"]) == (0o640, 1, "")


def test_an_access_list_beside_the_permission_bits_is_told(tmp_path: Path) -> None:
    entries = ((1, 6, -1), (2, 6, 1000), (4, 4, -1), (16, 6, -1), (32, 0, -1))  # user 1000 may write
    for name in ("plain", "listed"):
        (tmp_path / name).touch()
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(tmp_path / "listed", "system.posix_acl_access", packed)
    found = {name: inodes.inode(str(tmp_path / name)) for name in ("plain", "listed")}
    assert {name: each["acl"] for name, each in found.items() if each} == {"plain": False, "listed": True}


def test_content_is_told_by_its_hash_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inodes, "HASHED", (str(tmp_path),))
    (tmp_path / "file").write_bytes(b"")
    found = inodes.inode(str(tmp_path / "file"))
    assert found is not None
    assert found["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_our_own_process_is_read_as_the_kernel_tells_it() -> None:
    pid = os.getpid()
    (found,) = process.processes([pid, 2**22 + 1], pid, without_apparmor="no AppArmor here")
    assert (found["pid"], found["uid"]) == (pid, os.geteuid())
    assert found["executable"] == os.path.realpath(sys.executable)
    assert found["apparmor"] == {"type": "unavailable", "reason": "no AppArmor here"}
    assert found["seccomp"] in {0, 1, 2}


def test_processes_that_ended_meanwhile_are_no_processes() -> None:
    with pytest.raises(NotReadable, match="ended while they were read"):
        process.processes([2**22 + 1], 2**22 + 1, without_apparmor="")


def test_zombies_run_nothing() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    try:
        assert process.status_of(child)["State"].startswith("Z")
        found = process.processes([child, os.getpid()], child, without_apparmor="x")
        assert [each["pid"] for each in found] == [os.getpid()]
    finally:
        os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("argv", "file"),
    [
        (["dockerd", "--config-file", "/a.json"], "/a.json"),
        (["dockerd", "--config-file=/b.json", "-H", "x"], "/b.json"),
        (["dockerd"], "/etc/docker/daemon.json"),
        ([], "/etc/docker/daemon.json"),
    ],
)
def test_the_engine_s_settings_file_is_the_one_it_was_started_with(argv: list[str], file: str) -> None:
    assert collector.config_file(argv) == file


@pytest.mark.parametrize(
    ("argv", "content", "paths"),
    [
        (["dockerd", "-H", "fd://", "--debug"], "{}", []),
        (["dockerd", "-Hunix:///srv/a", "--host=unix:///srv/b", "-H", "unix:///srv/c"], "{}", ["a", "b", "c"]),
        (["dockerd", "-H", "tcp://10.0.0.1:2376"], '{"tlskey": "/srv/key", "hosts": ["unix:///srv/d"]}', ["key", "d"]),
        (["dockerd", "--tlscert=/srv/cert"], '{"hosts": null, "tlskey": 7}', ["cert"]),
        ([], "[]", []),
        ([], "no JSON", []),
    ],
)
def test_files_that_an_engine_s_settings_name_are_looked_at(argv: list[str], content: str, paths: list[str]) -> None:
    assert collector.named(argv, content) == [f"/srv/{path}" for path in paths]


# --- an engine that misbehaves: a stand-in on a real socket ---------------------------------------------------------

Answer = tuple[int, Any]
VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Components": [{"Name": "Engine", "Version": "20.10"}]}
INSPECT = {"Id": ID, "Name": "/c", "Image": "", "Created": "", "State": {"Pid": 0}, "Config": {}, "HostConfig": {}}
INFO = {"ServerVersion": "20.10", "Driver": "overlay2", "DockerRootDir": "/var/lib/docker"}


class Slow:
    """An answer of 1000 bytes that comes in pieces, each after a pause, or whose rest never comes."""

    def __init__(self, *pieces: bytes, pause: float = 0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.over = threading.Event()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        with contextlib.suppress(OSError):  # nobody reads any more
            for piece in self.pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
                self.over.wait(self.pause)
        self.over.wait(20)


class Chunked:
    """A document in pieces, as engines send long ones."""

    def __init__(self, document: object) -> None:
        self.document = document

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        text = json.dumps(self.document).encode()
        for start in range(0, len(text), 7):
            piece = text[start : start + 7]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")


class Last:
    """A document after which the connection ends, and nothing said so."""

    def __init__(self, document: object) -> None:
        self.document = document

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        text = json.dumps(self.document).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)
        handler.close_connection = True


class StandIn(socketserver.ThreadingUnixStreamServer):
    """Answers paths (without their version) with status and document, and counts connections."""

    daemon_threads = True

    def __init__(self, path: Path, answers: dict[str, Answer]) -> None:
        self.answers = {"/version": (200, VERSION), "/_ping": (200, b"OK"), **answers}
        self.asked: list[str] = []
        self.connections = 0
        self.ended = threading.Event()
        super().__init__(str(path), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        self.connections += 1
        return super().get_request()

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - a socket, as the standard library has it
        super().shutdown_request(request)
        self.ended.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path.partition("/v1.")[2].partition("/")[2]
        status, document = self.server.answers.get(
            f"/{path}" if path else self.path, (404, {"message": "page not found"})
        )
        if isinstance(document, Slow | Chunked | Last):
            document.answer(self)
            return
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Api-Version", self.server.answers["/version"][1]["ApiVersion"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a Unix socket"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Callable[[dict[str, Answer]], tuple[StandIn, EngineSocket]]]:
    servers = []

    def start(answers: dict[str, Answer]) -> tuple[StandIn, EngineSocket]:
        server = StandIn(tmp_path / "engine.sock", answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server, EngineSocket(str(tmp_path / "engine.sock"))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


Start = Callable[[dict[str, Answer]], tuple[StandIn, EngineSocket]]
REQUEST = {"node": "here", "shapes": shapes()}


def known(found: dict[str, Any]) -> Any:  # noqa: ANN401 - facts have every form
    assert found["type"] == "known", found
    return found["value"]


@pytest.mark.parametrize(
    ("offered", "oldest", "asked", "paths"),
    [
        ("1.41", "1.12", "1.41", ["/_ping"]),
        ("1.51", "1.24", "1.51", ["/_ping"]),
        ("1.60", "1.24", "1.51", ["/_ping", "/version"]),
        ("1.60", "1.55", "1.55", ["/_ping", "/version"]),
    ],
)
def test_the_newest_version_that_both_sides_know_is_spoken(
    stand_in: Start, offered: str, oldest: str, asked: str, paths: list[str]
) -> None:
    version = {"ApiVersion": offered, "MinAPIVersion": oldest}
    server, engine = stand_in({"/version": (200, version), "/info": (200, INFO)})
    engine.get("/info")
    assert engine.api_version == asked
    assert server.asked == [*paths, f"/v{asked}/info"]


@pytest.mark.parametrize(
    ("commit", "runc", "asked"),
    [
        ("v1.2.5-0-g59923ef", "1.2.5-0-g59923ef", False),
        ("1.1.15+ds1-2+b4", "1.1.15+ds1-2+b4", False),
        ("59923ef18c98053ddb1acf23ecba10344056c28e", "1.2.6", True),
        ("N/A", "1.2.6", True),
        ("", "1.2.6", True),
    ],
)
def test_an_engine_is_asked_for_its_parts_only_where_it_does_not_tell_them_anyway(
    stand_in: Start, commit: str, runc: str, asked: bool
) -> None:
    version = {**VERSION, "Components": [{"Name": "runc", "Version": "1.2.6"}]}
    server, engine = stand_in({"/version": (200, version), "/containers/json": (200, [])})
    found = engine_facts(engine, {**INFO, "RuncCommit": {"ID": commit}}, REQUEST, "")
    assert found["component_versions"]["runc"] == runc
    assert ("/v1.41/version" in server.asked) == asked


def test_what_is_no_engine_is_told_apart(stand_in: Start) -> None:
    with pytest.raises(EngineError, match="the engine answered 404"):
        stand_in({"/_ping": (404, {"message": "page not found"})})


def test_everything_is_read_over_one_connection_and_a_container_that_went_is_left_out(stand_in: Start) -> None:
    listed = [{"Id": ID}, {"Id": OTHER}]
    server, engine = stand_in(
        {
            "/containers/json": (200, listed),
            f"/containers/{ID}/json": (200, INSPECT),
            f"/containers/{OTHER}/json": (404, {"message": "No such container"}),
            "/networks": (200, []),
            "/images/json": (200, []),
        }
    )
    found = engine_facts(engine, INFO, REQUEST, "")
    (container,) = known(found["containers"])
    assert container["inspect"]["Id"] == ID
    assert container["processes"]["reason"] == "the container does not run at the moment"
    assert known(found["networks"]) == []
    assert server.connections == 1


def test_an_answer_in_pieces_is_whole_and_leaves_the_connection_usable(stand_in: Start) -> None:
    networks = [{"Id": str(number), "Name": "n", "Driver": "d", "Scope": "local"} for number in range(99)]
    server, engine = stand_in({"/networks": (200, Chunked(networks)), "/images/json": (200, Chunked([]))})
    found = engine_facts(engine, INFO, REQUEST, "")
    assert [each["Id"] for each in known(found["networks"])] == [str(number) for number in range(99)]
    assert (known(found["images"]), server.connections) == ([], 1)


def test_an_engine_that_refuses_is_quoted_and_hides_no_other_fact(stand_in: Start) -> None:
    _, engine = stand_in({"/containers/json": (500, {"message": "layer does not exist"}), "/networks": (200, [])})
    found = engine_facts(engine, INFO, REQUEST, "")
    assert found["containers"]["reason"] == "the engine answered 500: layer does not exist"
    assert found["images"]["reason"] == "the engine answered 404: page not found"
    assert known(found["networks"]) == []


def test_one_container_that_cannot_be_inspected_makes_the_list_unknown_rather_than_shorter(stand_in: Start) -> None:
    _, engine = stand_in(
        {"/containers/json": (200, [{"Id": ID}]), f"/containers/{ID}/json": (500, {"message": "corrupt"})}
    )
    found = engine_facts(engine, INFO, REQUEST, "")
    assert found["containers"] == {"type": "unavailable", "reason": "the engine answered 500: corrupt"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[", "JSONDecodeError: Expecting value: line 1 column 2 (char 1)"),
        (b'{"a": 1}', "the engine's answer has another form than expected: no list"),
    ],
)
def test_rubbish_from_an_engine_is_unavailable(stand_in: Start, body: bytes, reason: str) -> None:
    _, engine = stand_in({"/networks": (200, body)})
    assert engine_facts(engine, INFO, REQUEST, "")["networks"] == {"type": "unavailable", "reason": reason}


def test_names_that_are_no_utf_8_are_replaced(stand_in: Start) -> None:
    network = b'[{"Id": "1", "Name": "\xff", "Driver": "d", "Scope": "local"}]'
    _, engine = stand_in({"/networks": (200, network)})
    assert known(engine_facts(engine, INFO, REQUEST, "")["networks"])[0]["Name"] == "\ufffd"


@pytest.mark.parametrize(
    ("slow", "reason"),
    [
        (Slow(), "the engine said nothing for 2 s"),
        (Slow(b'{"Id"'), "the engine said nothing for 2 s"),
        (Slow(*[b" "] * 900, pause=0.01), "the engine did not end its answer within 2 s"),
    ],
    ids=["hangs", "stops in the middle", "trickles"],
)
def test_an_engine_that_hangs_costs_one_fact_and_its_time_limit(stand_in: Start, slow: Slow, reason: str) -> None:
    server, _ = stand_in({"/networks": (200, slow), "/images/json": (200, []), "/containers/json": (200, [])})
    engine = EngineSocket(str(server.server_address), seconds=2)
    found = engine_facts(engine, INFO, REQUEST, "")
    slow.over.set()
    assert reason in found["networks"]["reason"]
    assert (known(found["images"]), known(found["containers"])) == ([], [])


def test_a_connection_that_the_engine_ended_meanwhile_is_opened_anew(stand_in: Start) -> None:
    """Debian 12's does after five minutes without a question, and a recording may take longer."""
    server, engine = stand_in({"/images/json": (200, Last([]))})
    assert engine.get("/images/json") == []
    assert server.ended.wait(10)
    assert engine.get("/images/json") == []
    assert server.connections == 2


def test_an_endless_answer_is_cut(stand_in: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_socket, "_DOCUMENT_LIMIT", 1 << 20)
    _, engine = stand_in({"/networks": (200, b" " * (2 << 20)), "/images/json": (200, [])})
    found = engine_facts(engine, INFO, REQUEST, "")
    assert found["networks"]["reason"] == "the engine's answer to /networks is longer than 1 MiB"
    assert known(found["images"]) == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"LocalNodeState": "inactive"}, "the node has swarm state inactive"),
        ({"LocalNodeState": "active", "ControlAvailable": False}, "the node is a worker"),
        ({"LocalNodeState": "locked", "Error": "needs its key"}, "the node has swarm state locked: needs its key"),
        (None, "the node has swarm state unknown"),
    ],
)
def test_only_a_manager_tells_of_the_swarm(stand_in: Start, state: object, reason: str) -> None:
    _, engine = stand_in({})
    with pytest.raises(NotReadable) as refused:
        swarm_facts(engine, {"Swarm": state}, REQUEST)
    assert str(refused.value) == reason


def test_nothing_secret_of_a_swarm_leaves_the_node(stand_in: Start) -> None:
    hidden = "hunter2"
    spec = {"ContainerSpec": {"Env": [f"A={hidden}"], "Mounts": [{"VolumeOptions": {"DriverConfig": hidden}}]}}
    service = {"ID": "1", "Version": {"Index": 1}, "CreatedAt": "", "UpdatedAt": "", "Spec": {"Name": "s"}}
    service["Spec"] = {"Name": "s", "TaskTemplate": spec}
    contents = (hidden, f"-----BEGIN PRIVATE KEY-----\n{hidden}")
    configs = [
        {"ID": "1", "CreatedAt": "", "UpdatedAt": "", "Spec": {"Name": "c", "Data": base64.b64encode(text).decode()}}
        for text in map(str.encode, contents)
    ]
    cluster = {"ID": "1", "Version": {"Index": 1}, "CreatedAt": "", "Spec": {}, "JoinTokens": {"Worker": hidden}}
    _, engine = stand_in(
        {
            "/swarm": (200, cluster),
            "/nodes": (200, []),
            "/services": (200, [service]),
            "/tasks": (200, [{"ID": "1", "Spec": spec}]),
            "/networks": (200, []),
            "/secrets": (200, configs[:1]),
            "/configs": (200, configs),
        }
    )
    found = swarm_facts(engine, {"Swarm": {"ControlAvailable": True}}, REQUEST)
    assert found["services"][0]["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A"]
    assert [config["HoldsSecret"] for config in found["configs"]] == [False, True]
    assert hidden not in json.dumps(found)


def test_a_known_fact_decodes_into_the_model() -> None:
    assert msgspec.convert(fact(lambda: "x"), Known[str] | Unavailable) == Known("x")
