"""A Docker engine of the test run's own: own network namespace, mounts, data and sockets; nothing of it stays."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening.images import BuiltImage, Progress, build
from hardening.images.store import BlobStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
START_LIMIT = 60
NEEDED = ("dockerd", "containerd", "docker", "runc", "unshare", "ip")
BUSYBOX = Path("/bin/busybox")
SLOW = (
    "test_replica_set",
    "test_recorder",
    "test_verify",
    "test_images",
    "test_apply",
    "test_facts",
    "test_database_tls",
)
"""Minutes each: begun first, so that no worker is left alone with one at the end."""
APPLETS = ("sh", "cat", "grep", "httpd", "id", "kill", "ls", "mkdir", "sleep", "true", "wget")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first."""
    items.sort(key=lambda item: SLOW.index(item.path.stem) if item.path.stem in SLOW else len(SLOW))


class Engine:
    """A running private engine.

    Attributes:
        folder: everything of it is below; removed at the end.
        socket: its API.
        config: its `daemon.json`, empty at first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "docker.sock"
        self.config = folder / "daemon.json"
        self.log = folder / "dockerd.log"
        self.config.write_text("{}")
        self._process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # a network namespace of its own: bridges, overlays and swarm ports cannot meet those of another engine
        options = ["--config-file", self.config, "--data-root", self.folder / "data", "--pidfile", self.folder / "pid"]
        options += ["--exec-root", self.folder / "exec", "--host", f"unix://{self.socket}"]
        options += ["--bridge=none", "--iptables=false", "--ip6tables=false", "--userland-proxy=false"]
        start = ["unshare", "--net", "--mount", "sh", "-c", 'ip link set lo up && exec dockerd "$@"', "sh"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*start, *map(str, options)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def wait(self) -> None:
        """Until it answers, or fail with the end of its log."""

        def answers() -> bool:
            if self._process.poll() is not None:
                pytest.fail(f"dockerd ended with {self._process.returncode}:\n{self.log.read_text()[-2000:]}")
            return self.docker("version", check=False).returncode == 0

        wait_until(answers, "dockerd to answer", START_LIMIT)

    def docker(self, *argv: str, check: bool = True, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        """Run the docker client; output as text. With `check`, failing fails the test with the client's message."""
        done = subprocess.run(
            ["docker", "--host", f"unix://{self.socket}", *argv],
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        answer = subprocess.CompletedProcess(argv, done.returncode, done.stdout.decode(), done.stderr.decode())
        if check and answer.returncode:
            pytest.fail(f"docker {' '.join(argv)}: {answer.returncode}\n{answer.stderr}")
        return answer

    def configure(self, settings: Mapping[str, object]) -> None:
        """Replace `daemon.json` and let the engine read it again; only settings that a running engine can change."""
        self.config.write_text(json.dumps(settings))
        wanted = settings.get("default-runtime", "runc")
        self._process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: self.docker("info", "--format", "{{.DefaultRuntime}}").stdout.strip() == wanted,
            f"default runtime {wanted}",
        )

    def install_runtime(self) -> Path:
        """Make harden-runtime the default runtime; the folder that holds it and, as `policy.json`, its policy.

        Each module that uses it has one of its own.
        """
        folder = Path(tempfile.mkdtemp(prefix="harden-", dir=self.folder))
        folder.chmod(0o755)
        source = (ROOT / "hardening/node/runtime.py").read_text()
        assert source.count('\nPOLICY = "/etc/harden/policy.json"\n') == 1
        (folder / "runtime.py").write_text(source.replace("/etc/harden/policy.json", str(folder / "policy.json")))
        program = folder / "harden-runtime"
        program.write_text((ROOT / "hardening/node/harden_runtime.py").read_text())
        program.chmod(0o755)
        (folder / "fence.py").write_text((ROOT / "hardening/node/fence.py").read_text())
        self.configure({"runtimes": {"harden": {"path": str(program)}}, "default-runtime": "harden"})
        return folder

    def make_image(self, tag: str, files: Mapping[str, bytes | str], changes: tuple[str, ...] = ()) -> str:
        """An image from nothing but the given files, all executable; text is a symbolic link's target."""
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as archive:
            for name, data in files.items():
                entry = tarfile.TarInfo(name.lstrip("/"))
                entry.mode = 0o755
                if isinstance(data, str):
                    entry.type, entry.linkname = tarfile.SYMTYPE, data
                    archive.addfile(entry)
                else:
                    entry.size = len(data)
                    archive.addfile(entry, io.BytesIO(data))
        options = [word for change in changes for word in ("--change", change)]
        self.docker("import", *options, "-", tag, stdin=content.getvalue())
        return tag

    def load(self, image: BuiltImage) -> str:
        """Give the engine an image of the store, without a registry."""
        store = BlobStore(image.layout)
        tag = f"harden-test/{image.role}:1"
        layers = [store.path(layer) for layer in image.layers]
        names = [path.name + "/layer.tar" for path in layers]
        manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": names}]
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".tar") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                archive.add(store.path(image.config), "config.json")
                for path, name in dict(zip(layers, names, strict=True)).items():
                    archive.add(path, name)
                content = json.dumps(manifest).encode()
                entry = tarfile.TarInfo("manifest.json")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
            file.flush()
            self.docker("load", "--quiet", "--input", file.name)
        return tag

    def make_busybox(
        self, tag: str, files: Mapping[str, bytes | str] | None = None, changes: tuple[str, ...] = ()
    ) -> str:
        """An image with a static busybox, its common commands, and more files."""
        links = {f"bin/{name}": "busybox" for name in APPLETS}
        return self.make_image(tag, {"bin/busybox": BUSYBOX.read_bytes(), **links, **(files or {})}, changes)

    def pid_of(self, container: str) -> int:
        """The container's first process, as the host numbers it."""
        return int(self.docker("inspect", "--format", "{{.State.Pid}}", container).stdout)

    def kernel_status(self, container: str) -> dict[str, str]:
        """The container's first process as the kernel shows it, such as `Seccomp` and `NoNewPrivs`."""
        return parse_status(Path(f"/proc/{self.pid_of(container)}/status").read_text())

    @staticmethod
    def wait_until(true: Callable[[], bool], what: str, limit: float = 30) -> None:
        """Ask until it is true; after `limit` seconds the test fails and says what never came."""
        wait_until(true, what, limit)

    @property
    def pid(self) -> int:
        """The engine's own process, in its own network namespace."""
        return int((self.folder / "pid").read_text())

    def restart(self) -> None:
        """End it as a machine's shutdown does, and start it on what it left; its network namespace is a new one."""
        self._end()
        self._process = self._spawn()
        self.wait()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def clear(self) -> None:
        """As it was at first, but for its images: no swarm, containers, volumes or settings."""
        self.docker("swarm", "leave", "--force", check=False)
        for listing, removing in ((("ps", "--all"), ("rm", "--force")), (("volume", "ls"), ("volume", "rm"))):
            wait_until(partial(self._remove_all, listing, removing), f"docker {listing[0]} to list nothing")
        self.configure({"default-runtime": "runc"})

    def _remove_all(self, listing: tuple[str, ...], removing: tuple[str, ...]) -> bool:
        """True when nothing is left. The engine may be about to remove one itself, and then refuses it to us."""
        left = self.docker(*listing, "--quiet").stdout.split()
        if left:
            self.docker(*removing, *left, check=False)
        return not left

    def stop(self) -> None:
        """End it by its process id, and delete its folder."""
        if self._process.poll() is None:
            self._end()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_until(true: Callable[[], bool], what: str, limit: float = 30) -> None:
    """Ask until it is true; after `limit` seconds the test fails and says what never came."""
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited {limit:.0f} s in vain for {what}")
        time.sleep(0.1)


def parse_status(text: str) -> dict[str, str]:
    """`/proc/<pid>/status` as a mapping."""
    return {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


@pytest.fixture(scope="session")
def private_engine() -> Iterator[Engine]:
    """A private engine for the whole run of a worker; skipped, with the reason, where none can be started."""
    if os.geteuid() != 0:
        pytest.skip("ENGINE TESTS SKIPPED: a private dockerd needs root")
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        pytest.skip(f"ENGINE TESTS SKIPPED: not installed: {', '.join(missing)}")
    if not BUSYBOX.exists():
        pytest.skip("ENGINE TESTS SKIPPED: not installed: busybox-static")
    # not pytest's own folder: socket paths below may not pass 108 characters
    engine = Engine(Path(tempfile.mkdtemp(prefix="harden-engine-")))
    try:
        engine.wait()
        yield engine
    finally:
        engine.stop()


@pytest.fixture(scope="module")
def dockerd(private_engine: Engine) -> Iterator[Engine]:
    """The worker's engine, with nothing on it that another file's tests left."""
    yield private_engine
    private_engine.clear()


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BuiltImage]:
    """Every image of the reference stack; downloads are the slow part, and a digest does not depend on them."""
    cache = os.environ.get("HARDEN_TEST_CACHE") or tmp_path_factory.mktemp("images")
    return build((), ROOT, Path(cache), _quiet)


def _quiet(_progress: Progress) -> None:
    """Tell nobody."""
