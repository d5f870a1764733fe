"""The images as a real registry keeps them and a real engine runs them: read-only, without capabilities."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hardening import certificates
from hardening.errors import FailedError
from hardening.images import BuiltImage, Progress, build, official, push
from hardening.images.store import BlobStore
from hardening.images.tree import Folder
from hardening.lab.certificates import issue
from hardening.model.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tests.engine.conftest import Engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
ADDRESS = "127.0.0.1:5000"
ROLES = ("api", "mongod", "nginx")
CONFINED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")
ALONE = ("--network", "none")
HEALTHY_SECONDS = 90
MEMBER_KEY = "OnlyATestKey" * 6
REPLICA_SET = """
import sys, time, pymongo
tls = {"tls": True, "tlsCAFile": sys.argv[1]}
def client(port=27017, mechanism="SCRAM-SHA-256"):
    return pymongo.MongoClient("127.0.0.1", port, username="__system", password=sys.stdin_key, authSource="local",
        authMechanism=mechanism, directConnection=True, serverSelectionTimeoutMS=20000, **tls)
sys.stdin_key = sys.stdin.read()
def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(.1)
first = client()
first.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": "127.0.0.1:27017"}]})
until(lambda: first.admin.command("hello")["isWritablePrimary"])
first.admin.command("setDefaultRWConcern", 1, defaultWriteConcern={"w": "majority"})
config = first.admin.command("replSetGetConfig")["config"]
config["version"] += 1
config["members"].append({"_id": 1, "host": "127.0.0.1:27018"})
first.admin.command("replSetReconfig", config)
states = lambda: [member["stateStr"] for member in first.admin.command("replSetGetStatus")["members"]]
until(lambda: states() == ["PRIMARY", "SECONDARY"])
first.admin.command("createUser", "one", pwd="only-a-test", roles=["root"])
def refused(action):
    try:
        action()
    except pymongo.errors.OperationFailure as error:
        return error.details["errmsg"]
    return "accepted"
stranger = pymongo.MongoClient("127.0.0.1", 27017, directConnection=True, **tls)
script = {"$expr": {"$function": {"body": "function() { return true }", "args": [], "lang": "js"}}}
import json
print(json.dumps({
    "states": states(),
    "mechanisms": first.admin.command("usersInfo", "one")["users"][0]["mechanisms"],
    "sha1": refused(lambda: client(mechanism="SCRAM-SHA-1").admin.command("replSetGetStatus")),
    "stranger": refused(lambda: stranger.admin.command("replSetGetStatus")),
    "shutdown": refused(lambda: stranger.admin.command("shutdown")),
    "javascript": refused(lambda: list(first.admin["system.users"].find(script))),
}))
"""


class Served(NamedTuple):
    """A registry: the same content on a Unix socket here, and on loopback TCP where the engine is."""

    registry: Registry
    socket: Path
    data: Path


@pytest.fixture(scope="module")
def served(dockerd: Engine) -> Iterator[Served]:
    if not shutil.which("docker-registry"):
        pytest.skip("ENGINE TESTS SKIPPED: not installed: docker-registry")
    folder = dockerd.folder / "registry"
    folder.mkdir()
    issued = issue("127.0.0.1", "127.0.0.1")
    (folder / "tls.pem").write_text(issued.certificate)
    (folder / "tls.key").write_text(issued.key)
    network = f"/proc/{(dockerd.folder / 'pid').read_text().strip()}/ns/net"
    path = folder / "socket"
    with ExitStack() as running:
        running.enter_context(serve(folder, "unix", str(path)))
        running.enter_context(serve(folder, "tcp", ADDRESS, "nsenter", f"--net={network}"))
        dockerd.wait_until(path.exists, "the registry's socket")
        yield Served(Registry(ADDRESS, issued.ca), path, folder / "data")


@pytest.fixture(scope="module")
def references(images: dict[str, BuiltImage], served: Served) -> dict[str, str]:
    return push(images.values(), served.registry, quiet, socket_path=served.socket)


@contextmanager
def serve(folder: Path, net: str, address: str, *prefix: str) -> Generator[None]:
    tls = {"certificate": str(folder / "tls.pem"), "key": str(folder / "tls.key")}
    config = {
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"net": net, "addr": address, "tls": tls},
    }
    file = folder / f"{net}.json"
    file.write_text(json.dumps(config))
    with (folder / f"{net}.log").open("wb") as log:
        process = subprocess.Popen([*prefix, "docker-registry", "serve", str(file)], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def breaking_way(target: Path, path: Path, limit: int) -> Generator[list[int]]:
    """A Unix socket that leads to another, and breaks its first connection after `limit` bytes."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    passed: list[int] = []

    def lead() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(target))
                threading.Thread(target=copy, args=(far, near, None), daemon=True).start()
                passed.append(copy(near, far, None if passed else limit))
                near.shutdown(socket.SHUT_RDWR)
                far.shutdown(socket.SHUT_RDWR)

    def copy(source: socket.socket, sink: socket.socket, most: int | None) -> int:
        done = 0
        with suppress(OSError):
            while (most is None or done < most) and (block := source.recv(1 << 16)):
                sink.sendall(block)
                done += len(block)
        return done

    threading.Thread(target=lead, daemon=True).start()
    try:
        yield passed
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def quiet(_progress: Progress) -> None:
    """Tell nobody."""


def status(dockerd: Engine, name: str) -> str:
    return dockerd.docker("inspect", "--format", "{{.State.Status}} {{.State.Health.Status}}", name).stdout.strip()


@contextmanager
def running(dockerd: Engine, name: str, *words: str) -> Generator[str]:
    """A container that became healthy; removed at the end."""
    dockerd.docker("run", "--detach", "--name", name, *CONFINED, *words)
    try:
        dockerd.wait_until(lambda: "starting" not in status(dockerd, name), f"{name} to be judged", HEALTHY_SECONDS)
        assert status(dockerd, name) == "running healthy", dockerd.docker("logs", "--tail", "5", name, check=False)
        yield name
    finally:
        dockerd.docker("rm", "--force", "--volumes", name, check=False)


def secret(folder: Path, name: str, content: str, owner: int) -> str:
    """A file as swarm mounts a secret; the argument for `--volume`."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(content)
    os.chown(file, owner, owner)
    file.chmod(0o400)
    return f"{file}:/run/secrets/{name}:ro"


def certified(folder: Path, owner: int, *, file: str, ca: str) -> tuple[str, ...]:
    """The arguments for a certificate of this machine with its key, and for its authority."""
    authority, issued = certificates.issue("test", {"own": certificates.Wanted(("127.0.0.1",), ("server", "client"))})
    own = issued["own"]
    mounts = (secret(folder, file, own.key + own.certificate, owner), secret(folder, ca, authority, owner))
    return tuple(word for mount in mounts for word in ("--volume", mount))


def site(folder: Path) -> tuple[str, ...]:
    return certified(folder, 101, file="site.pem", ca="site_ca.pem")


def member(folder: Path) -> tuple[str, ...]:
    keyfile = ("--volume", secret(folder, "keyfile", MEMBER_KEY, 999))
    return (*keyfile, *certified(folder, 999, file="member.pem", ca="database_ca.pem"))


def test_another_build_from_nothing_gives_the_same_digests(images: dict[str, BuiltImage], tmp_path: Path) -> None:
    downloads = images["nginx"].layout.parent
    for name in ("debian", "pypi"):
        shutil.copytree(downloads / name, tmp_path / name)
    again = build(("mongod", "nginx"), ROOT, tmp_path, quiet)
    assert not any(image.cached for image in again.values())
    assert {role: image.digest for role, image in again.items()} == {
        role: images[role].digest for role in ("mongod", "nginx")
    }


def test_an_engine_pulls_by_the_digest_that_was_pushed(dockerd: Engine, references: dict[str, str]) -> None:
    for reference in references.values():
        dockerd.docker("pull", reference)
        assert reference in dockerd.docker("inspect", "--format", "{{.RepoDigests}}", reference).stdout


def test_a_second_push_sends_nothing(images: dict[str, BuiltImage], served: Served, references: dict[str, str]) -> None:
    told: list[str] = []
    again = push(images.values(), served.registry, lambda p: told.append(p.message), socket_path=served.socket)
    assert again == references
    assert set(told) == {"is there already"}


def test_shared_layers_are_sent_once(images: dict[str, BuiltImage], served: Served) -> None:
    told: dict[str, list[str]] = {role: [] for role in images}
    push(
        [images["mongod"], images["nginx"]],
        served.registry,
        lambda progress: told[progress.role].append(progress.message),
        socket_path=served.socket,
        project="elsewhere",
    )
    assert told["nginx"].count("shared with elsewhere/mongod") == 2
    assert images["nginx"].layers[:2] == images["mongod"].layers[:2]


def test_a_push_goes_on_after_a_broken_connection(
    images: dict[str, BuiltImage], served: Served, tmp_path: Path
) -> None:
    with breaking_way(served.socket, tmp_path / "way", 30_000_000) as passed:
        references = push([images["mongod"]], served.registry, quiet, socket_path=tmp_path / "way", project="broken")
    assert references["mongod"].endswith(images["mongod"].digest)
    assert passed[0] >= 30_000_000


def test_a_registry_with_a_foreign_certificate_gets_nothing(images: dict[str, BuiltImage], served: Served) -> None:
    stranger = Registry(ADDRESS, issue("127.0.0.1", "127.0.0.1").ca)
    with pytest.raises(FailedError, match="certificate is not to be trusted"):
        push([images["nginx"]], stranger, quiet, socket_path=served.socket, project="stranger")
    assert not (served.data / "docker/registry/v2/repositories/stranger").exists()


def test_nginx_answers_its_health_check_and_over_tls(
    dockerd: Engine, references: dict[str, str], tmp_path: Path
) -> None:
    with running(dockerd, "images-nginx", *ALONE, *site(tmp_path), references["nginx"]) as name:
        curl = ("exec", name, "/usr/bin/curl", "--silent")
        answer = dockerd.docker(*curl, "http://127.0.0.1:8080/healthz")
        assert json.loads(answer.stdout) == {"ok": True}
        trusting = ("--cacert", "/run/secrets/site_ca.pem", "https://127.0.0.1:8443/docs/")
        for group in ("X25519MLKEM768", "X25519"):
            page = dockerd.docker(*curl, "--fail", "--curves", group, *trusting)
            assert "<title>" in page.stdout, group
        assert "permission denied" not in dockerd.docker("logs", name).stderr.lower()


def test_nginx_runs_without_tls_where_it_is_told_to(dockerd: Engine, references: dict[str, str]) -> None:
    with running(dockerd, "images-plain", *ALONE, references["nginx"], "-c", "/etc/nginx/plain.conf") as name:
        page = dockerd.docker("exec", name, "/usr/bin/curl", "--silent", "--fail", "http://127.0.0.1:8080/docs/")
        assert "<title>" in page.stdout


def test_nginx_runs_without_root_and_capabilities(dockerd: Engine, references: dict[str, str], tmp_path: Path) -> None:
    with running(dockerd, "images-identity", *ALONE, *site(tmp_path), references["nginx"]) as name:
        kernel = dockerd.kernel_status(name)
        assert kernel["Uid"].split() == ["101"] * 4
        assert (int(kernel["CapBnd"], 16), kernel["NoNewPrivs"]) == (0, "1")


@pytest.mark.parametrize("program", ["/bin/sh", "/usr/bin/dpkg", "/usr/bin/apt-get", "/usr/bin/npm"])
@pytest.mark.parametrize("role", ROLES)
def test_no_shell_and_no_package_manager_can_be_started(
    dockerd: Engine, references: dict[str, str], role: str, program: str
) -> None:
    done = dockerd.docker("run", "--rm", *ALONE, "--entrypoint", program, references[role], check=False)
    assert done.returncode == 127
    assert "no such file or directory" in done.stderr


def test_the_api_runs_its_workers_and_ends_at_a_signal(
    dockerd: Engine, references: dict[str, str], tmp_path: Path
) -> None:
    secrets = [
        secret(tmp_path, "mongodb_uri", "mongodb://nodepop:only-a-test@127.0.0.1:1/nodepop", 10001),
        secret(tmp_path, "jwt_key", "only-a-test" * 8, 10001),
    ]
    words = (*ALONE, "--env", "API_WORKERS=2", *(word for each in secrets for word in ("--volume", each)))
    with running(dockerd, "images-api", *words, references["api"]) as name:
        assert dockerd.kernel_status(name)["Uid"].split() == ["10001"] * 4
        dockerd.docker("stop", "--time", "30", name)
        assert dockerd.docker("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip() == "0"


def test_mongod_reaches_health_and_owns_its_new_volume(
    dockerd: Engine, references: dict[str, str], tmp_path: Path
) -> None:
    words = (*ALONE, "--volume", "images-mongod:/data/db", *member(tmp_path), references["mongod"])
    with running(dockerd, "images-mongod", *words) as name:
        assert dockerd.kernel_status(name)["Uid"].split() == ["999"] * 4
        dockerd.docker("stop", "--time", "30", name)
        assert dockerd.docker("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip() == "0"
    dockerd.docker("volume", "rm", "images-mongod")


def test_mongod_members_trust_the_keyfile_and_nobody_else(
    dockerd: Engine, references: dict[str, str], tmp_path: Path
) -> None:
    shared = ("--network", "host", "--tmpfs", "/data/db:uid=999,gid=999", *member(tmp_path), references["mongod"])
    second = (*shared, "--config", "/etc/mongod.conf", "--port", "27018")
    authority = str(tmp_path / "database_ca.pem")
    network = f"/proc/{(dockerd.folder / 'pid').read_text().strip()}/ns/net"
    with running(dockerd, "images-member-1", *shared), running(dockerd, "images-member-2", *second):
        argv = ["nsenter", f"--net={network}", sys.executable, "-c", REPLICA_SET, authority]
        done = subprocess.run(argv, input=MEMBER_KEY.encode(), capture_output=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        seen = json.loads(done.stdout)
    assert seen["states"] == ["PRIMARY", "SECONDARY"]
    assert seen["mechanisms"] == ["SCRAM-SHA-256"]
    assert "SCRAM-SHA-1 which is not enabled" in seen["sha1"]
    assert "requires authentication" in seen["stranger"]
    assert "requires authentication" in seen["shutdown"]
    assert "javascript" in seen["javascript"].lower()


@pytest.fixture(scope="module")
def official_base(dockerd: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A base as official images are: Debian with its tools, NGINX and curl."""
    file = tmp_path_factory.mktemp("base") / "base.tar"
    argv = ["mmdebstrap", "--quiet", "--variant=apt", "--include=nginx,curl", "trixie", str(file)]
    done = subprocess.run(argv, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    dockerd.docker("import", str(file), "harden-test/base")
    return "harden-test/base"


def test_the_official_half_collects_the_same_programs_and_runs(
    dockerd: Engine,
    images: dict[str, BuiltImage],
    official_base: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{dockerd.socket}")
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    commands = official.commands(["nginx"], ROOT, bases={"NGINX_BASE": official_base}, project="harden-test")
    # The engine of the tests has no network to give.
    offline = {role: (*argv[:2], *ALONE, *argv[2:]) for role, argv in commands.items()}
    made = official.build(offline, tmp_path, quiet)["nginx"]
    ours = files(images["nginx"])
    missing = {path for path in ours - files(made) if not path.startswith(("/usr/share/doc", "/var/lib/dpkg"))}
    # Libraries of the shared layer that NGINX and curl do without.
    assert {Path(path).name for path in missing} <= {"libm.so.6", "libgcc_s.so.1", "debian_version"}
    assert files(made) <= ours
    with running(dockerd, "images-official", *ALONE, *site(tmp_path), "harden-test/nginx"):
        pass


def files(image: BuiltImage) -> set[str]:
    """Paths of an image that are no folders."""
    store = BlobStore(image.layout)
    entries = [entry for layer in image.layers for entry in store.read_layer(layer, "/")]
    return {path for path, entry in entries if not isinstance(entry, Folder)}
