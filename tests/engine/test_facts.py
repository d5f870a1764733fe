"""Facts of a real engine, its containers' real processes, a real NGINX and a real replica set."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hardening.certificates import Wanted, issue
from hardening.checks.mongo_answers import parameter
from hardening.errors import HardenError, HostError
from hardening.facts import dump, gather
from hardening.hosts import process, program
from hardening.hosts.database import keyfile_credentials, member, open_door, read_secret
from hardening.hosts.local import LocalHost
from hardening.images import programs
from hardening.images.recipe import load_commons, load_recipe
from hardening.images.tree import File
from hardening.model.facts import ContainerFacts, EngineFacts, Facts, NodeFacts
from hardening.model.inventory import Inventory, LocalTransport, Node, NodeRole
from hardening.model.known import Known, Unavailable
from hardening.node.relay import FOLDER
from tests.engine.conftest import APPLETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.engine.conftest import Engine

    Starter = Callable[..., str]

pytestmark = pytest.mark.engine

STACK = Path(__file__).parents[2] / "stack"
DOWNLOADS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harden/images"
"""Where building the images keeps what it downloads."""
NODE = Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport())
HOST = LocalHost(NODE)
IMAGE = "facts:1"
CAP_CHOWN = 1 << 0
SECRET = b"not for any eyes"


@pytest.fixture(scope="module")
def image(dockerd: Engine) -> str:
    return dockerd.make_busybox(IMAGE)


@pytest.fixture
def start(dockerd: Engine, image: str) -> Iterator[Starter]:
    """Starts containers without a network; they are gone after the test."""
    started: list[str] = []

    def run(*argv: str, options: tuple[str, ...] = (), of: str = "") -> str:
        words = ["run", "--detach", "--network=none", *options, of or image, *argv]
        started.append(dockerd.docker(*words).stdout.strip())
        return started[-1]

    yield run
    if started:
        dockerd.docker("rm", "--force", *started)


def read(dockerd: Engine) -> Facts:
    return gather(Inventory((NODE,), "test"), {NODE.name: HOST}, engine_socket=str(dockerd.socket))


def node_of(facts: Facts) -> NodeFacts:
    node = facts.nodes[NODE.name]
    assert isinstance(node, Known), node
    return node.value


def engine_of(facts: Facts) -> EngineFacts:
    engine = node_of(facts).engine
    assert isinstance(engine, Known), engine
    return engine.value


def container_of(facts: Facts, identity: str) -> ContainerFacts:
    containers = engine_of(facts).containers
    assert isinstance(containers, Known), containers
    return next(each for each in containers.value if each.inspect.id == identity)


# --- containers -----------------------------------------------------------------------------------------------------


def test_every_process_is_read_from_the_kernel_with_its_confinement(dockerd: Engine, start: Starter) -> None:
    confined = ("--user=1000:1000", "--cap-drop=ALL", "--read-only", "--security-opt=no-new-privileges")
    container = start("sh", "-c", "sleep 901 & exec sleep 900", options=confined)
    dockerd.docker("exec", "--detach", "--user=1001", container, "sleep", "902")
    dockerd.wait_until(lambda: len(dockerd.docker("top", container).stdout.splitlines()) == 4, "three processes")
    found = container_of(read(dockerd), container)
    assert isinstance(found.processes, Known)
    first, *others = found.processes.value
    assert first.pid == found.inspect.state.pid == dockerd.pid_of(container)
    assert sorted(process.uid for process in others) == [1000, 1001]
    assert {process.executable for process in found.processes.value} == {"/bin/busybox"}
    for each in found.processes.value:
        assert (each.seccomp, each.no_new_privileges, each.cap_effective, each.cap_bounding) == (2, True, 0, 0)
        assert each.uid_map[0][:2] == (0, 0)
    assert found.root_read_only == Known(value=True)


def test_what_is_not_confined_is_told_as_it_is(dockerd: Engine, start: Starter) -> None:
    container = start(
        "sleep", "900", options=("--security-opt=seccomp=unconfined", "--cap-drop=ALL", "--cap-add=CHOWN")
    )
    found = container_of(read(dockerd), container)
    assert isinstance(found.processes, Known)
    (only,) = found.processes.value
    assert (only.seccomp, only.no_new_privileges) == (0, False)
    assert (only.cap_effective, only.cap_bounding) == (CAP_CHOWN, CAP_CHOWN)
    assert found.root_read_only == Known(value=False)
    assert found.fence == Known("no fence stands")
    assert found.inspect.host_config.security_opt == ("seccomp=unconfined",)


def test_a_paused_container_is_read_and_a_stopped_one_is_not_listed(dockerd: Engine, start: Starter) -> None:
    paused, stopped = start("sleep", "900"), start("sleep", "900")
    dockerd.docker("pause", paused)
    dockerd.docker("kill", stopped)
    facts = read(dockerd)
    assert isinstance(container_of(facts, paused).processes, Known)
    with pytest.raises(StopIteration):
        container_of(facts, stopped)
    dockerd.docker("unpause", paused)


def test_containers_that_come_and_go_meanwhile_spoil_nothing(dockerd: Engine, start: Starter) -> None:
    steady = start("sleep", "900")
    over = threading.Event()

    def churn() -> None:
        while not over.is_set():
            dockerd.docker("run", "--rm", "--network=none", IMAGE, "true", check=False)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(5):
            assert isinstance(container_of(read(dockerd), steady).processes, Known)
    finally:
        over.set()
        thread.join()


def test_what_looks_like_a_secret_in_arguments_and_labels_stays_on_the_node(dockerd: Engine, start: Starter) -> None:
    check = "--health-cmd=true --password hunter2hunter2"
    container = start("sleep", "900", options=(check, "--label=backup.token=hunter2hunter2", "--label=plain=word"))
    facts = read(dockerd)
    assert container_of(facts, container).label("backup.token") == "<redacted>"
    assert container_of(facts, container).label("plain") == "word"
    assert b"hunter2" not in dump(facts)


DOCKERFILE = f"""
FROM {IMAGE}
ARG BUILD_TOKEN
RUN true apt-get update
RUN true apt-get update && true apt-get install x; true --allow-unauthenticated
COPY one /srv/one
ADD one /srv/two
"""


def test_an_image_tells_how_it_was_built_and_what_it_holds(
    dockerd: Engine, start: Starter, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert image == IMAGE
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "one").write_text("1")
    words = ("--network=none", "--build-arg=BUILD_TOKEN=hunter2", "--tag=facts-built:1")
    dockerd.docker("build", *words, str(tmp_path))
    container = start("sleep", "900", of="facts-built:1")
    facts = read(dockerd)
    engine, identity = engine_of(facts), container_of(facts, container).inspect.image
    build, programs = engine.builds[identity], engine.programs[identity]
    assert isinstance(build, Known), build
    assert (len(build.value.adds), len(build.value.lone_updates)) == (1, 1)
    assert (build.value.unverified, build.value.arguments) == (("--allow-unauthenticated",), ("BUILD_TOKEN",))
    assert isinstance(programs, Known), programs
    assert programs.value.count == len(APPLETS) + 1
    assert programs.value.tools == programs.value.privileged == ()
    assert b"hunter2" not in dump(facts)


def test_programs_that_only_builders_and_intruders_use_are_found(dockerd: Engine, start: Starter, image: str) -> None:
    assert image == IMAGE
    tools: dict[str, bytes | str] = {"usr/bin/gcc": b"x", "usr/bin/apt": "gcc", "usr/local/bin/web": b"x"}
    start("sleep", "900", of=dockerd.make_busybox("facts-tools:1", tools))
    start("sh", "-c", "cp /bin/busybox /bin/su && chmod 4755 /bin/su && exec sleep 900", of=IMAGE)
    dockerd.wait_until(lambda: "/bin/su" in str(engine_of(read(dockerd)).programs), "the setuid program")
    found = [each.value for each in engine_of(read(dockerd)).programs.values() if isinstance(each, Known)]
    assert {path for each in found for path in each.tools} == {"/usr/bin/apt", "/usr/bin/gcc"}
    assert {path for each in found for path in each.privileged} == {"/bin/su"}


def test_containers_that_do_not_run_are_told_apart_from_those_that_do(dockerd: Engine, start: Starter) -> None:
    running, ended = start("sleep", "900"), start("true", options=("--name=ended",))
    dockerd.docker("wait", ended)
    facts = read(dockerd)
    stopped = engine_of(facts).stopped
    assert isinstance(stopped, Known), stopped
    assert [(each.name, each.state, each.service) for each in stopped.value] == [("ended", "exited", "")]
    assert isinstance(container_of(facts, running).processes, Known)


def test_environment_values_stay_on_the_node(dockerd: Engine, start: Starter) -> None:
    container = start("sleep", "900", options=("--env=PASSWORD=hunter2", "--env=EMPTY="))
    facts = read(dockerd)
    assert {"PASSWORD", "EMPTY"} <= set(container_of(facts, container).inspect.config.env or ())
    assert b"hunter2" not in dump(facts)


# --- the engine and its swarm ---------------------------------------------------------------------------------------


def test_the_engine_is_told_with_its_own_command_line_and_settings(dockerd: Engine) -> None:
    facts = read(dockerd)
    node, engine = node_of(facts), engine_of(facts)
    assert node.swarm_certificate == Unavailable("the node has no certificate of a swarm")
    assert engine.info.server_version == dockerd.docker("version", "--format", "{{.Server.Version}}").stdout.strip()
    assert engine.api_version == dockerd.docker("version", "--format", "{{.Server.APIVersion}}").stdout.strip()
    assert engine.component_versions["Engine"] == engine.info.server_version
    assert isinstance(node.daemon_argv, Known)
    assert str(dockerd.config) in node.daemon_argv.value
    assert node.daemon_config == Known(dockerd.config.read_text())
    assert isinstance(node.daemon_started, Known)
    # its pid file is written when it has started; other tests write beside it later
    assert (dockerd.folder / "pid").stat().st_mtime - 120 < node.daemon_started.value < time.time()
    assert isinstance(engine.images, Known)
    assert any(IMAGE in (each.repo_tags or ()) for each in engine.images.value)
    assert facts.swarm == Unavailable("here: the node has swarm state inactive")


def test_a_manager_tells_of_its_swarm_without_its_secrets(dockerd: Engine, image: str) -> None:
    dockerd.docker("swarm", "init", "--advertise-addr=127.0.0.1", "--autolock")
    tokens = [dockerd.docker("swarm", "join-token", "--quiet", role).stdout.strip() for role in ("worker", "manager")]
    key = dockerd.docker("swarm", "unlock-key", "--quiet").stdout.strip()
    try:
        dockerd.docker("secret", "create", "--label=a=b", "s1", "-", stdin=SECRET)
        dockerd.docker("config", "create", "c1", "-", stdin=SECRET)
        words = ("--detach", "--secret=s1", "--config=c1", "--env=PASSWORD=hunter2", "--replicas=0", "--read-only")
        mount = "--mount=type=volume,dst=/share,volume-opt=o=password=hunter3"
        dockerd.docker("service", "create", "--name=sv", *words, mount, "--network=host", image, "sleep", "900")
        facts = read(dockerd)
        assert isinstance(facts.swarm, Known), facts.swarm
        swarm = facts.swarm.value
        assert swarm.seen_from == NODE.name
        certificate = node_of(facts).swarm_certificate
        assert isinstance(certificate, Known), certificate
        assert "BEGIN CERTIFICATE" in certificate.value
        assert "PRIVATE" not in certificate.value
        assert swarm.cluster.spec.encryption_config.auto_lock_managers
        assert [(each.spec.name, each.spec.labels) for each in swarm.secrets] == [("s1", {"a": "b"})]
        assert [each.spec.name for each in swarm.configs] == ["c1"]
        (service,) = swarm.services
        spec = service.spec.task_template.container_spec
        assert spec is not None
        assert (spec.env, spec.read_only) == (("PASSWORD",), True)
        assert spec.mounts is not None
        assert spec.mounts[0].target == "/share"
        written = dump(facts)
        hidden = (
            SECRET,
            base64.b64encode(SECRET),
            b"hunter2",
            b"hunter3",
            key.encode(),
            *(each.encode() for each in tokens),
        )
        assert [each for each in hidden if each in written] == []
    finally:
        dockerd.docker("swarm", "leave", "--force")


# --- secrets and the relay ------------------------------------------------------------------------------------------


@pytest.fixture
def secretive(start: Starter, tmp_path: Path) -> str:
    """A container whose /run/secrets holds a good secret and several traps."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "good").write_bytes(SECRET)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "sibling").symlink_to("good")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    with (folder / "huge").open("wb") as huge:
        huge.truncate(2_000_000)
    return start("sleep", "900", options=("--volume", f"{folder}:/run/secrets:ro"))


def test_a_secret_is_read_through_the_node(secretive: str) -> None:
    assert read_secret(HOST, secretive, "good").reveal() == SECRET


@pytest.mark.parametrize(
    "name", ["none", "link", "sibling", "folder", "fifo", "huge", "../secrets/good", ".", "", "a/b"]
)
def test_nothing_but_a_plain_file_passes_for_a_secret(secretive: str, name: str) -> None:
    with pytest.raises(HardenError, match=f"here: container {secretive[:12]}: "):
        read_secret(HOST, secretive, name)


def test_a_folder_of_secrets_that_is_a_link_is_not_followed(start: Starter) -> None:
    container = start("sh", "-c", "mkdir -p /run && ln -s /etc /run/secrets && exec sleep 900")
    with pytest.raises(HardenError, match=r"/run/secrets/passwd: (Not a directory|Too many levels of symbolic links)"):
        read_secret(HOST, container, "passwd")


def test_a_container_that_is_gone_has_no_secret(dockerd: Engine, start: Starter) -> None:
    container = start("sleep", "900")
    dockerd.docker("kill", container)
    with pytest.raises(HostError, match=f"no process belongs to container {container[:12]}"):
        read_secret(HOST, container, "any")


OPENER = """
import time
from hardening.hosts.database import open_door
from hardening.hosts.local import LocalHost
from hardening.model.inventory import LocalTransport, Node, NodeRole

host = LocalHost(Node("here", "", NodeRole.MANAGER, {{}}, LocalTransport()))
with open_door(host, "{container}", program="httpd") as door:
    print(door.socket, flush=True)
    time.sleep(60)
"""


def test_a_relay_goes_with_the_one_who_opened_it_however_that_ends(dockerd: Engine, start: Starter) -> None:
    container = start("httpd", "-f", "-p", "127.0.0.1:80")
    script = OPENER.format(container=container)
    opener = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert opener.stdout is not None
    path = Path(opener.stdout.readline().strip())
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.parent.parent == Path(FOLDER)
    opener.send_signal(signal.SIGKILL)
    opener.wait()
    opener.stdout.close()
    dockerd.wait_until(lambda: not path.parent.exists(), "the relay's folder to go")


def test_a_relay_belongs_to_the_login_that_came_through_sudo(start: Starter) -> None:
    container = start("httpd", "-f", "-p", "127.0.0.1:80")
    sent = program.package("relay", {"container": container, "port": 80, "secrets": ["none"]})
    with process.serve(("env", "SUDO_UID=1234", *program.ARGV), stdin=sent, timeout=60) as line:
        answer = json.loads(line.stdout)
        path = Path(answer["socket"])
        assert (path.stat().st_uid, path.parent.stat().st_uid) == (1234, 1234)
        assert Path(FOLDER).stat().st_mode & 0o777 == 0o711
        assert answer["secrets"] == {"none": {"reason": "/run/secrets/none: No such file or directory"}}
    assert not path.parent.exists()


def test_bytes_pass_a_relay_both_ways_and_so_does_the_end(start: Starter) -> None:
    container = start("httpd", "-f", "-p", "127.0.0.1:80", "-h", "/bin")
    with open_door(HOST, container, port=80) as door, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(door.socket)
        client.sendall(b"GET /busybox HTTP/1.0\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert received.endswith(Path("/bin/busybox").read_bytes())


def test_a_port_where_nobody_listens_ends_the_connection(start: Starter) -> None:
    container = start("sleep", "900")
    with open_door(HOST, container, port=80) as door, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(door.socket)
        assert client.recv(1) == b""
    with (
        pytest.raises(HostError, match="httpd does not listen in container"),
        open_door(HOST, container, program="httpd"),
    ):
        pass


# --- NGINX ----------------------------------------------------------------------------------------------------------

SITE = """
pid /tmp/nginx.pid; error_log stderr;
events { }
http {
    include extra/*.conf;
    server {
        listen 127.0.0.1:8443 ssl; server_name shop.example; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate tls.pem; ssl_certificate_key tls.key;
    }
    access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;
    uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
}
"""
SERVER = "server { listen 8080; location / { proxy_set_header Authorization 'Basic aHVudGVyMg=='; } }\n"


def linked(program: Path) -> dict[str, bytes]:
    """A program's libraries, by where it looks for them."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "not found" not in listed, listed
    return {path: Path(path).read_bytes() for path in re.findall(r"(/\S+) \(0x", listed)}


def self_signed(name: str) -> tuple[bytes, bytes]:
    """A certificate and its key in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), pem


@pytest.fixture(scope="module")
def nginx(dockerd: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image of Debian's NGINX, taken from its package."""
    folder = tmp_path_factory.mktemp("nginx")
    fetched = subprocess.run(
        ["apt-get", "download", "-q", "nginx"], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    packages = list(folder.glob("nginx_*.deb"))
    if not packages:
        pytest.skip(f"NGINX FACTS SKIPPED: apt-get download nginx: {fetched.stderr.strip().splitlines()[-1:]}")
    subprocess.run(["dpkg-deb", "-x", packages[0], folder / "root"], check=True, timeout=60)
    program = folder / "root/usr/sbin/nginx"
    users = b"root:x:0:0::/:\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"
    groups = b"root:x:0:\nnogroup:x:65534:\n"
    files = {"/usr/sbin/nginx": program.read_bytes(), **linked(program)}
    files |= {"/etc/passwd": users, "/etc/group": groups, "/tmp/keep": b"", "/var/log/nginx/keep": b""}
    files |= {"/etc/site/site.conf": SITE.encode(), "/etc/site/extra/a.conf": SERVER.encode()}
    certificate, key = self_signed("shop.example")
    files |= {"/etc/site/tls.pem": key + certificate, "/etc/site/tls.key": key}
    return dockerd.make_image("facts-nginx:1", files)


def test_a_running_nginx_tells_the_configuration_it_was_started_with(
    dockerd: Engine, start: Starter, nginx: str
) -> None:
    start("/usr/sbin/nginx", "-c", "/etc/site/site.conf", "-g", "daemon off;", of=nginx, options=("--name=web",))
    dockerd.wait_until(lambda: "worker" in dockerd.docker("top", "web").stdout, "NGINX to start")
    facts = read(dockerd)
    (server,) = facts.nginx
    assert (server.service, server.node) == ("web", NODE.name)
    assert isinstance(server.version, Known)
    assert re.fullmatch(r"\d+\.\d+\.\d+", server.version.value)
    assert isinstance(server.config, Known), server.config
    (http,) = (each for each in server.config.value if each.name == "http")
    assert http.block is not None
    inner = http.block[0]
    assert (inner.name, inner.file, inner.line) == ("server", "/etc/site/extra/a.conf", 1)
    assert b"aHVudGVyMg" not in dump(facts)
    assert isinstance(server.inside, Known), server.inside
    inside = server.inside.value
    config, pid = inside.files["/etc/site/extra/a.conf"], inside.files["/tmp/nginx.pid"]
    assert isinstance(config, Known)
    assert isinstance(pid, Known)
    assert config.value is not None
    assert pid.value is not None
    assert (config.value.user, config.value.mode, pid.value.user) == ("root", 0o755, "root")
    assert inside.files["/run/nginx.pid"] == Known(None)
    assert inside.users == (0, 65534)
    assert isinstance(inside.accounts, Known)
    assert {each.name: (each.shell, each.locked) for each in inside.accounts.value} == {
        "root": ("", True),
        "nobody": ("/usr/sbin/nologin", True),
    }
    assert list(inside.certificates) == ["/etc/site/tls.pem"]
    assert b"PRIVATE KEY" not in dump(facts)
    assert isinstance(inside.endpoints, Known), inside.endpoints
    (offered,) = inside.endpoints.value
    assert (offered.address, offered.port, offered.server_name) == ("127.0.0.1", 8443, "shop.example")
    assert {version: on for version, on in offered.protocols.items() if on} == {"TLSv1.2": True, "TLSv1.3": True}
    assert inside.certificates["/etc/site/tls.pem"] == Known(offered.certificate)


# --- MongoDB --------------------------------------------------------------------------------------------------------

SET = {"mongo1": 27017, "mongo2": 27018, "arbiter": 27019}
AUDITOR = ("auditor", "audit-me")
MEMBER_KEY = "OnlyATestKey" * 6
ACTIONS = [
    "getCmdLineOpts",
    "getDefaultRWConcern",
    "getLog",
    "getParameter",
    "hostInfo",
    "listDatabases",
    "replSetGetConfig",
    "replSetGetStatus",
    "viewUser",
]
"""What the stack's role `auditor` may do."""


@pytest.fixture(scope="module")
def mongod(dockerd: Engine) -> str:
    """An image of a real mongod, as the project's own image takes it."""
    images = STACK / "images"
    recipe = load_recipe(images, "mongod", load_commons(images))
    try:
        tree = programs.gather(recipe, STACK, DOWNLOADS, print)
    except HardenError as error:
        pytest.skip(f"MONGODB FACTS SKIPPED: {error.message}")
    path = Path("/usr/bin/mongod")
    entry = tree.get(str(path))
    assert isinstance(entry, File)
    content = entry.content
    files = {str(path): content}
    scratch = dockerd.folder / "mongod"
    scratch.write_bytes(content)
    scratch.chmod(0o755)
    files |= linked(scratch)
    scratch.unlink()
    return dockerd.make_image("facts-mongod:1", {**files, "/etc/hosts": b"127.0.0.1 localhost\n", "/tmp/keep": b""})


@pytest.fixture(scope="module")
def replica_set(dockerd: Engine, mongod: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Two data members and an arbiter in one network of their own, authorization on: name -> container."""
    secrets = tmp_path_factory.mktemp("secrets")
    secrets.chmod(0o755)
    for name, content in (("keyfile", base64.b64encode(os.urandom(256))), ("auditor_password", AUDITOR[1].encode())):
        (secrets / name).write_bytes(content)
        (secrets / name).chmod(0o400)
        os.chown(secrets / name, 999, 999)
    containers: dict[str, str] = {}
    for name, port in SET.items():
        network = f"--network=container:{containers['mongo1']}" if containers else "--network=none"
        words = ["--name", name, network, "--user=999:999", "--tmpfs=/data/db:uid=999", "--read-only"]
        words += [
            "--tmpfs=/tmp",
            "--label=harden.auditor-secret=auditor_password",
            "--volume",
            f"{secrets}:/run/secrets:ro",
        ]
        argv = [
            "/usr/bin/mongod",
            "--dbpath=/data/db",
            "--replSet=rs",
            "--keyFile=/run/secrets/keyfile",
            "--port",
            str(port),
        ]
        argv += ["--setParameter=enableLocalhostAuthBypass=0", "--bind_ip=127.0.0.1", "--nounixsocket"]
        containers[name] = dockerd.docker("run", "--detach", *words, mongod, *argv).stdout.strip()
    try:
        for name in SET:
            wait_for_mongod(dockerd, name)
        bootstrap(dockerd, containers["mongo1"])
        yield containers
    finally:
        dockerd.docker("rm", "--force", *containers.values())


def wait_for_mongod(dockerd: Engine, name: str) -> None:
    dockerd.wait_until(lambda: "Waiting for connections" in dockerd.docker("logs", name).stdout, f"mongod {name}")


def bootstrap(dockerd: Engine, first: str) -> None:
    login = keyfile_credentials(read_secret(HOST, first, "keyfile"))
    with member(HOST, first, credentials=login) as client:
        admin = client.admin
        hosts = [{"_id": 0, "host": "127.0.0.1:27017", "priority": 2}]
        admin.command("replSetInitiate", {"_id": "rs", "members": hosts})
        dockerd.wait_until(lambda: bool(admin.command("hello")["isWritablePrimary"]), "a primary")
        admin.command("setDefaultRWConcern", defaultWriteConcern={"w": "majority"})
        for number, port in enumerate((27018, 27019), 1):
            config = admin.command("replSetGetConfig")["config"]
            config["members"].append(
                {"_id": number, "host": f"127.0.0.1:{port}", "arbiterOnly": port == SET["arbiter"], "priority": 0}
            )
            config["version"] += 1
            admin.command("replSetReconfig", config)
        privileges = [{"resource": {"cluster": True}, "actions": ACTIONS}]
        admin.command("createRole", "auditor", privileges=privileges, roles=[])
        words = {"pwd": AUDITOR[1], "mechanisms": ["SCRAM-SHA-256"], "roles": ["auditor"]}
        admin.command({"createUser": AUDITOR[0], "writeConcern": {"w": 2}, **words})


def answer(fact: Known[str] | Unavailable) -> Any:  # noqa: ANN401 - a server's answer has every form
    assert isinstance(fact, Known), fact
    return json.loads(fact.value)


def test_a_replica_set_is_read_member_by_member_with_the_least_power_that_works(
    dockerd: Engine, replica_set: dict[str, str]
) -> None:
    dockerd.wait_until(lambda: states(dockerd) == {"mongo1": 1, "mongo2": 2, "arbiter": 7}, "the members' states")
    facts = read(dockerd)
    members = {each.service: each for each in facts.mongo}
    assert {name: each.container for name, each in members.items()} == replica_set
    assert {name: each.authenticated_as for name, each in members.items()} == {
        "mongo1": Known("auditor"),
        "mongo2": Known("auditor"),
        "arbiter": Known("__system"),
    }
    for each in members.values():
        assert isinstance(each.inside, Known), each.inside
        folder = each.inside.value.files["/data/db"]
        assert isinstance(folder, Known)
        assert folder.value is not None
        assert (folder.value.kind, folder.value.uid, each.inside.value.users) == ("directory", 999, (999,))
        assert each.inside.value.endpoints == Known(())
        assert each.version == Known("6.0.5")
        assert each.modules == Known(())
        assert each.anonymous == Known("Unauthorized")
        assert (each.plaintext, each.asked_over) == (Known("answered"), Known("plaintext"))
        assert answer(each.parameters)["enableLocalhostAuthBypass"] is False
        assert answer(each.cmd_line)["parsed"]["security"]["keyFile"] == "/run/secrets/keyfile"
        assert len(answer(each.replica_config)["members"]) == len(SET)
        assert isinstance(each.startup_warnings, Known)
    for name in ("mongo1", "mongo2"):
        assert answer(members[name].default_concern)["defaultWriteConcern"]["w"] == "majority"
        users = members[name].users
        assert isinstance(users, Known)
        assert [(user.name, user.mechanisms, user.roles) for user in users.value] == [
            ("auditor", ("SCRAM-SHA-256",), (("auditor", "admin"),))
        ]
    assert members["arbiter"].users == members["arbiter"].default_concern
    assert members["arbiter"].users == Unavailable("an arbiter holds no data of its set")
    assert AUDITOR[1].encode() not in dump(facts)


def states(dockerd: Engine) -> dict[str, int]:
    return {each.service: answer(each.replica_status)["myState"] for each in read(dockerd).mongo}


def test_a_member_whose_login_is_refused_tells_what_it_tells_anyone(
    dockerd: Engine, mongod: str, tmp_path: Path, replica_set: dict[str, str]
) -> None:
    assert replica_set
    container = dockerd.docker(
        *("run", "--detach", "--name=lonely", "--network=none", "--user=999:999", "--tmpfs=/data/db:uid=999"),
        *("--volume", f"{tmp_path}:/run/secrets:ro", mongod),
        *("/usr/bin/mongod", "--dbpath=/data/db", "--auth", "--bind_ip=127.0.0.1", "--nounixsocket"),
        "--setParameter=enableLocalhostAuthBypass=0",
    ).stdout.strip()
    try:
        wait_for_mongod(dockerd, "lonely")
        (lonely,) = (each for each in read(dockerd).mongo if each.container == container)
        assert lonely.version == Known("6.0.5")
        assert lonely.anonymous == Known("Unauthorized")
        assert isinstance(lonely.parameters, Unavailable)
        assert lonely.parameters.reason == (
            "no login worked: auditor: the container has no label harden.auditor-secret; "
            "__system: /run/secrets/keyfile: No such file or directory"
        )
    finally:
        dockerd.docker("rm", "--force", container)


@pytest.fixture
def secured(dockerd: Engine, mongod: str, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts a member with TLS and a key file; words are further labels, and options of the server."""
    authority, issued = issue("facts", {"own": Wanted(("127.0.0.1",), ("server", "client"))})
    content = {"keyfile": MEMBER_KEY, "ca.pem": authority, "own.pem": issued["own"].key + issued["own"].certificate}
    content |= {"stranger.pem": issue("stranger", {})[0]}
    for name, text in content.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o400)
        os.chown(tmp_path / name, 999, 999)
    tmp_path.chmod(0o755)
    started: list[str] = []

    def start_member(mode: str, *labels: str) -> str:
        words = ["--name=secured", "--network=none", "--user=999:999", "--tmpfs=/data/db:uid=999", "--read-only"]
        words += ["--volume", f"{tmp_path}:/run/secrets:ro", *(f"--label={label}" for label in labels)]
        argv = ["/usr/bin/mongod", "--dbpath=/data/db", "--replSet=rs", "--keyFile=/run/secrets/keyfile"]
        argv += ["--bind_ip=127.0.0.1", "--nounixsocket", "--tlsMode", mode]
        if mode != "disabled":  # which takes none of the rest
            argv += ["--tlsCertificateKeyFile=/run/secrets/own.pem", "--tlsCAFile=/run/secrets/ca.pem"]
            argv.append("--tlsAllowConnectionsWithoutCertificates")
        started.append(dockerd.docker("run", "--detach", *words, mongod, *argv).stdout.strip())
        wait_for_mongod(dockerd, "secured")
        return started[-1]

    yield start_member
    dockerd.docker("rm", "--force", *started)


@pytest.mark.parametrize(
    ("mode", "labels", "spoken"),
    [
        ("requireTLS", ("harden.authority-secret=ca.pem",), ("verified TLS", "refused")),
        ("preferTLS", ("harden.authority-secret=ca.pem",), ("verified TLS", "answered")),
        ("requireTLS", (), ("unverified TLS", "refused")),
        ("disabled", ("harden.authority-secret=ca.pem",), ("plaintext", "answered")),
    ],
)
def test_a_member_is_asked_over_the_best_that_it_speaks(
    dockerd: Engine, secured: Callable[..., str], mode: str, labels: tuple[str, ...], spoken: tuple[str, str]
) -> None:
    container = secured(mode, *labels)
    (found,) = (each for each in read(dockerd).mongo if each.container == container)
    assert (found.asked_over, found.plaintext) == tuple(map(Known, spoken))
    assert found.authenticated_as == Known("__system")
    # It never joined its set, as an arbiter that stands by, and tells those parameters nevertheless that are judged.
    for name in ("authenticationMechanisms", "enableLocalhostAuthBypass", "scramSHA256IterationCount"):
        assert isinstance(parameter(found, name), Known), name
    assert isinstance(found.certificate, Known) is (mode != "disabled")
    if isinstance(found.certificate, Known):
        assert (found.certificate.value.names, found.certificate.value.not_after > time.time()) == (
            ("127.0.0.1",),
            True,
        )


def test_a_member_with_a_certificate_of_a_stranger_is_asked_nothing(
    dockerd: Engine, secured: Callable[..., str]
) -> None:
    container = secured("preferTLS", "harden.authority-secret=stranger.pem")
    (found,) = (each for each in read(dockerd).mongo if each.container == container)
    assert isinstance(found.parameters, Unavailable)
    assert "certificate verify failed" in found.parameters.reason
    assert found.plaintext == Known("answered")


def test_a_member_that_stands_by_says_nothing_of_a_set(dockerd: Engine, secured: Callable[..., str]) -> None:
    container = secured("disabled")
    (member,) = (each for each in read(dockerd).mongo if each.container == container)
    assert member.authenticated_as == Known("__system")
    assert member.users == member.default_concern == Unavailable("it stands by and holds no data of a set")
    assert isinstance(member.replica_config, Unavailable)
    assert "NotYetInitialized" in member.replica_config.reason


def test_a_member_without_authorization_is_read_and_says_so(dockerd: Engine, mongod: str) -> None:
    words = ("run", "--detach", "--name=open", "--network=none", "--user=999:999", "--tmpfs=/data/db:uid=999", mongod)
    argv = ("/usr/bin/mongod", "--dbpath=/data/db", "--nounixsocket", "--bind_ip_all", "--port=27099")
    container = dockerd.docker(*words, *argv).stdout.strip()
    try:
        wait_for_mongod(dockerd, "open")
        (found,) = (each for each in read(dockerd).mongo if each.container == container)
        assert (found.anonymous, found.authenticated_as) == (Known("ok"), Known("nobody"))
        assert answer(found.cmd_line)["parsed"]["net"]["port"] == 27099
        assert isinstance(found.replica_config, Unavailable)
        assert found.replica_config.reason.startswith("replSetGetConfig: NoReplicationEnabled")
    finally:
        dockerd.docker("rm", "--force", container)
