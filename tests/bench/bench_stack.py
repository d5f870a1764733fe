"""What confinement costs a request: the reference stack hardened, against the same images with nothing of it.

Both run on one private engine at the same time; `wrk` asks them in turns, and the turns are compared pair by pair. What
the hardened one has: the role's seccomp filter, no_new_privs, no capability, a read-only root, a limit of processes.
What it lacks here: AppArmor, which the engine of the tests has no kernel for, and the encrypted overlay.

Run by name: tests/run bench, or pytest -s tests/bench/bench_stack.py
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from hardening import certificates
from hardening.hosts.database import Document, Secret, Tls, keyfile_credentials, open_door
from tests.engine.conftest import dockerd, images, private_engine
from tests.engine.private_host import PrivateHost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardening.images import BuiltImage

__all__ = ["dockerd", "images", "private_engine"]  # the engine tests' own fixtures

pytestmark = pytest.mark.timeout(1800)

Dockerd = Any  # conftest.Engine, which a module cannot import by name
ROOT = Path(__file__).parents[2]
KEY = "OnlyABench" * 6
PASSWORD = "only-a-bench"  # noqa: S105 - of a database that lives for minutes, without a way in
ROUNDS, SECONDS, CONNECTIONS = 32, 3, 16
PAUSED_SECONDS = 3
TARGET_RATE, TARGET_P99 = 0.97, 1.05
HARDENED, PLAIN = "hardened", "unconfined"
SUBNETS = {HARDENED: "10.88.1.0/24", PLAIN: "10.88.2.0/24"}
"""Fixed, because the address of NGINX must be known before its certificate is made."""
OWNERS = {"mongod": 999, "api": 10001, "nginx": 101}
DISTRIBUTION = """
done = function(summary, latency, requests)
   for i = 1, #latency do
      local microseconds, times = latency(i)
      print("took", microseconds, times)
   end
end
"""
"""For wrk: tell every latency and how often there was it, because the percentiles of turns cannot be added up."""
LOG_IN = """
import ssl, sys
from write_load import WriteLoad
load = WriteLoad([sys.argv[1]], context=ssl.create_default_context(cafile=sys.argv[2]))
load.log_in(seconds=90)
print(load.token)
"""
"""Runs where the containers are reached, with this folder as its module path."""


class Measured(NamedTuple):
    """One turn, or several: requests per second, and how many of them took how many microseconds."""

    rate: float
    latencies: Counter[int]

    @property
    def p99(self) -> float:
        """In milliseconds."""
        left = 0.01 * self.latencies.total()
        for took in sorted(self.latencies, reverse=True):
            left -= self.latencies[took]
            if left <= 0:
                return took / 1000
        raise AssertionError("nothing was answered")


def together(turns: Iterable[Measured]) -> Measured:
    """Turns of one variant as one."""
    all_of_them = list(turns)
    return Measured(
        statistics.fmean(each.rate for each in all_of_them), sum((each.latencies for each in all_of_them), Counter())
    )


class Variant:
    """A whole stack in plain containers, confined or not, on a network of its own."""

    def __init__(self, name: str, engine: Dockerd, tags: dict[str, str], folder: Path) -> None:
        self.name, self.engine, self._tags, self.folder = name, engine, tags, folder / name
        self.folder.mkdir()
        self._script = self.folder / "distribution.lua"
        self._script.write_text(DISTRIBUTION)
        self.ca = self.folder / "site_ca.pem"
        self.address, self.token = SUBNETS[name].replace(".0/24", ".50"), ""

    def start(self, open_things: ExitStack) -> None:
        self.engine.docker("network", "create", "--subnet", SUBNETS[self.name], f"bench-{self.name}")
        open_things.callback(self.engine.docker, "network", "rm", f"bench-{self.name}", check=False)
        authority, member_file = self._certified("mongo1")
        secrets = {"keyfile": KEY, "database_ca.pem": authority, "member.pem": member_file}
        storage = ("--volume", "/data/db")
        database = self._run(open_things, "mongod", "mongo1", (*storage, *self._mounts("mongod", secrets)))
        self._fill(database, authority)
        uri = f"mongodb://nodepop:{PASSWORD}@mongo1:27017/nodepop?replicaSet=rs0&authSource=nodepop"
        secrets = {"mongodb_uri": uri, "jwt_key": PASSWORD * 8, "database_ca.pem": authority}
        trusting = ("--env", "MONGODB_CA_FILE=/run/secrets/database_ca.pem")
        self._run(open_things, "api", "api", (*trusting, *self._mounts("api", secrets)))
        # One address sends it all: the rates that stop a flood would be what is measured.
        limits = (ROOT / "stack/nginx/site/limits.conf").read_text()
        raised = self._file("limits.conf", re.sub(r"rate=\d+r/s", "rate=1000000r/s", limits), "nginx")
        site_authority, site_file = self._certified(self.address)
        self.ca.write_text(site_authority)
        words = ("--ip", self.address, "--volume", f"{raised}:/etc/nginx/site/limits.conf:ro")
        self._run(open_things, "nginx", "nginx", (*words, *self._mounts("nginx", {"site.pem": site_file})))
        path = f"PYTHONPATH={Path(__file__).parent}"
        self.token = self.enter("env", path, sys.executable, "-c", LOG_IN, self.url, str(self.ca)).strip()

    @staticmethod
    def _certified(name: str) -> tuple[str, str]:
        """An authority, and a file with a certificate of it and its key."""
        wanted = certificates.Wanted((name, "127.0.0.1"), ("server", "client"))
        authority, issued = certificates.issue("bench", {"own": wanted})
        return authority, issued["own"].key + issued["own"].certificate

    def _mounts(self, role: str, secrets: dict[str, str]) -> tuple[str, ...]:
        """The arguments that give a container its secrets, as swarm would mount them."""
        files = {name: self._file(f"{role}-{name}", text, role) for name, text in secrets.items()}
        return tuple(word for name, file in files.items() for word in ("--volume", f"{file}:/run/secrets/{name}:ro"))

    @property
    def url(self) -> str:
        return f"https://{self.address}:8443"

    def answer(self, query: str = "") -> list[Document]:
        """The ads that a request gets, without what differs by chance."""
        header = f"x-access-token: {self.token}"
        url = f"{self.url}/apiv1/anuncios{query}"
        rows: list[Document] = json.loads(
            self.enter("curl", "--silent", "--cacert", str(self.ca), "--header", header, url)
        )["result"]["rows"]
        return [{key: value for key, value in row.items() if key != "_id"} for row in rows]

    def rows(self, name: str) -> int:
        """How many ads begin with a name."""
        return len(self.answer(f"?nombre={name.replace(' ', '%20')}"))

    def measure(self, seconds: int = SECONDS) -> Measured:
        """One turn of wrk. An answer that is no success fails it: refusals are quick."""
        text = self.enter(
            "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s",
            "--script", str(self._script), "--header", f"x-access-token: {self.token}", f"{self.url}/apiv1/anuncios",
        )  # fmt: skip
        assert "Non-2xx" not in text, text
        assert "Socket errors" not in text, text
        rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
        assert rate, text
        told = re.findall(r"^took\t(\d+)\t(\d+)$", text, re.MULTILINE)
        latencies = Counter({int(took): int(times) for took, times in told})
        return Measured(float(rate[1]), latencies)

    def enter(self, *argv: str) -> str:
        """Run a program in the engine's network namespace, from which the containers are reached."""
        command = ["nsenter", f"--net=/proc/{self.engine.pid}/ns/net", *argv]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def _file(self, name: str, content: str, role: str) -> Path:
        file = self.folder / name
        file.write_text(content)
        shutil.chown(file, OWNERS[role], OWNERS[role])
        file.chmod(0o400)
        return file

    def _confinement(self, role: str) -> tuple[str, ...]:
        # The images have no folder to write to, and not even the user of the plain ones could make it. The engine makes
        # a place for one, root's, of which a container that starts again has its mode (runc): it needs an owner.
        scratch = ("--tmpfs", f"/tmp:uid={OWNERS[role]},mode=1777")
        if self.name == PLAIN:
            return (*scratch, "--security-opt", "seccomp=unconfined")
        return (*scratch, "--security-opt", f"seccomp={self.filter_of(role)}", "--security-opt", "no-new-privileges",
                "--cap-drop", "ALL", "--read-only", "--pids-limit", "256")  # fmt: skip

    def filter_of(self, role: str) -> Path:
        """The file with the role's filter."""
        return ROOT / "profiles" / role / "seccomp.json"

    def _run(self, open_things: ExitStack, role: str, alias: str, words: tuple[str, ...]) -> str:
        name = f"bench-{self.name}-{role}"
        place = ("--name", name, "--network", f"bench-{self.name}", "--network-alias", alias, "--hostname", alias)
        self.engine.docker("run", "--detach", "--init", *place, *self._confinement(role), *words, self._tags[role])
        open_things.callback(self.engine.docker, "rm", "--force", "--volumes", name, check=False)

        def state() -> str:
            form = "{{.State.Status}} {{.State.Health.Status}}"
            return str(self.engine.docker("inspect", "--format", form, name).stdout).strip()

        self.engine.wait_until(lambda: "starting" not in state(), f"{name} to be judged", 180)
        assert state() == "running healthy", self.engine.docker("logs", "--tail", "8", name, check=False)
        return str(self.engine.docker("inspect", "--format", "{{.Id}}", name).stdout.strip())

    def _fill(self, container: str, authority: str) -> None:
        """A replica set of one with its user and the reference stack's ads."""
        rows: list[Document] = json.loads((ROOT / "stack/api/anuncios.json").read_text())["anuncios"]
        credentials = keyfile_credentials(Secret(KEY.encode()))
        with open_door(PrivateHost(self.engine), container) as plain:
            door = plain.speaking(Tls(authority.encode()))
            with door.client(credentials, seconds=60) as client:
                config = {"_id": "rs0", "members": [{"_id": 0, "host": "mongo1:27017"}]}
                client.admin.command("replSetInitiate", config)
                self.engine.wait_until(lambda: client.admin.command("hello")["isWritablePrimary"], "a primary", 60)
            with door.client(credentials, seconds=60) as client:
                roles = [{"role": "readWrite", "db": "nodepop"}]
                client["nodepop"].command("createUser", "nodepop", pwd=PASSWORD, roles=roles)
                client["nodepop"]["anuncios"].insert_many(rows)


@pytest.fixture(scope="module")
def variants(
    dockerd: Dockerd,
    images: dict[str, BuiltImage],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Variant, Variant]]:
    if not shutil.which("wrk"):
        pytest.skip("BENCH SKIPPED: not installed: wrk")
    tags = {role: dockerd.load(images[role]) for role in OWNERS}
    folder = tmp_path_factory.mktemp("stack")
    folder.chmod(0o755)
    made = (Variant(HARDENED, dockerd, tags, folder), Variant(PLAIN, dockerd, tags, folder))
    with ExitStack() as open_things:
        for variant in made:
            variant.start(open_things)
        yield made


def test_the_hardened_one_is_confined_and_the_other_is_not(
    variants: tuple[Variant, Variant],
    dockerd: Dockerd,
) -> None:
    """Otherwise the ratios would compare a thing with itself."""
    for variant in variants:
        for role in OWNERS:
            status = dockerd.kernel_status(f"bench-{variant.name}-{role}")
            found = (status["Seccomp"], status["NoNewPrivs"], int(status["CapBnd"], 16) == 0)
            assert found == (("2", "1", True) if variant.name == HARDENED else ("0", "0", False))


def test_what_confinement_costs(variants: tuple[Variant, Variant]) -> None:
    assert variants[0].answer() == variants[1].answer()  # or more ads in one would be what is measured
    for variant in variants:
        variant.measure(3)  # caches and pools
    pairs: list[dict[str, Measured]] = []
    for number in range(ROUNDS):
        order = variants if number % 2 else variants[::-1]
        pairs.append({variant.name: variant.measure() for variant in order})
        sys.stderr.write(_line(f"round {number + 1}", pairs[-1]) + "\n")
    rates = [pair[HARDENED].rate / pair[PLAIN].rate for pair in pairs]
    tails = [pair[HARDENED].p99 / pair[PLAIN].p99 for pair in pairs]
    whole = {variant.name: together(pair[variant.name] for pair in pairs) for variant in variants}
    sys.stderr.write(
        f"\nGET /apiv1/anuncios through NGINX, hardened to unconfined, {ROUNDS} pairs of {SECONDS} s:\n"
        f"  requests/s {_spread(rates)}   (target: {TARGET_RATE} at least)\n"
        f"  p99        {_spread(tails)}\n"
        f"  p99 of all {whole[HARDENED].p99 / whole[PLAIN].p99:.3f}   (target: {TARGET_P99} at most)\n"
        f"  {_line('in all', whole)}\n"
        "  without AppArmor, which this kernel lacks\n"
    )


def test_the_load_of_writes_tells_an_outage_and_loses_nothing(
    variants: tuple[Variant, Variant],
    dockerd: Dockerd,
) -> None:
    """The program that counts in the lab, where its answer matters most, put to a database that stops for a while.

    After the measurement: its ads make this variant's answers longer.
    """
    hardened = variants[0]
    database = f"bench-{HARDENED}-mongod"
    argv = ["nsenter", f"--net=/proc/{dockerd.pid}/ns/net", sys.executable, str(ROOT / "tests/bench/write_load.py")]
    with subprocess.Popen(
        [*argv, "--seconds", "12", "--ca", str(hardened.ca), hardened.url], stdout=subprocess.PIPE, text=True
    ) as running:
        dockerd.wait_until(lambda: running.poll() is not None or hardened.rows("load ") > 5, "the load's writes", 60)
        dockerd.docker("pause", database)
        try:
            time.sleep(PAUSED_SECONDS)
        finally:
            dockerd.docker("unpause", database)
        told = json.loads(running.communicate(timeout=120)[0])
    assert running.returncode == 0
    assert told["lost"] == []
    assert told["writes"] > 5
    assert told["writes_out_seconds"] >= PAUSED_SECONDS
    assert told["reads_out_seconds"] >= PAUSED_SECONDS


def _line(title: str, pair: dict[str, Measured]) -> str:
    told = [f"{name} {each.rate:8.1f}/s p99 {each.p99:7.2f} ms" for name, each in sorted(pair.items())]
    return f"{title}: {'   '.join(told)}"


def _spread(ratios: list[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
