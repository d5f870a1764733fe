"""Whether the profiles refuse anything of a million requests, with reloads, lost workers and restarts among them.

The reference stack in plain containers on a private engine, under the filters that `harden profile verify` uses: what
they refuse they answer with an errno of their own, and every call of the three containers that ends is looked at. Where
the kernel has no AppArmor this is about the filters alone.

Run by name: tests/run bench, or pytest -s tests/bench/bench_refusals.py
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening import record
from hardening.hosts.local import LocalHost
from hardening.model.inventory import LocalTransport, Node, NodeRole
from hardening.record.verifying import trial, verifying_filter
from tests.bench.bench_stack import HARDENED, OWNERS, Dockerd, Variant, dockerd, images, private_engine

if TYPE_CHECKING:
    from hardening.images import BuiltImage
    from hardening.record.session import Watch

__all__ = ["dockerd", "images", "private_engine"]  # the engine tests' own fixtures

pytestmark = pytest.mark.timeout(3600)

HOST = LocalHost(Node("here", "127.0.0.1", NodeRole.MANAGER, {}, LocalTransport()))
REQUESTS = int(os.environ.get("HARDEN_BENCH_REQUESTS", "1000000"))
"""A fifth of them meets every incident already."""
TURN_SECONDS, CONNECTIONS = 15, 24
WORKERS = {"nginx": "nginx: worker process", "api": "server.js"}
"""How the command lines of those that serve end."""
MIX = """
local asked, token = 0, "TOKEN"
local everything = {
   {"GET", "/docs/"}, {"GET", "/favicon.ico"}, {"GET", "/images/anuncios/bici.jpg"},
   {"GET", "/images/anuncios/iphone.png"},
   {"GET", "/docs/"}, {"GET", "/images/anuncios/iphone.png", {["Range"] = "bytes=100-199"}},
   {"GET", "/docs/", {["Accept-Encoding"] = "gzip"}}, {"GET", "/docs/", {["Connection"] = "close"}},
   {"GET", "/images/anuncios/bici.jpg", {["If-Modified-Since"] = "Fri, 01 Jan 2100 00:00:00 GMT"}},
   {"GET", "/docs/"}, {"GET", "/favicon.ico"}, {"GET", "/images/anuncios/bici.jpg"},
   {"GET", "/apiv1/anuncios"}, {"GET", "/apiv1/anuncios/tags"},
   {"GET", "/apiv1/anuncios?tag=mobile&venta=false&precio=50-&sort=-precio&limit=1&includeTotal=true"},
   {"POST", "/apiv1/pushtokens", {["Content-Type"] = "application/json"},
    '{"pushtoken": "PUSHED", "plataforma": "ios"}'},
}
request = function()
   asked = asked + 1
   local what = everything[asked % #everything + 1]
   local headers = {["x-access-token"] = token}
   for name, value in pairs(what[3] or {}) do headers[name] = value end
   local body = what[4] and what[4]:gsub("PUSHED", "only-a-bench-" .. asked)
   return wrk.format(what[1], what[2], headers, body)
end
"""
"""For wrk: twelve requests that NGINX answers itself, four of the API and the database, over and over."""


class Verified(Variant):
    """The hardened stack under filters that answer with the private errno."""

    def filter_of(self, role: str) -> Path:
        file = self.folder / f"{role}.json"
        file.write_text(verifying_filter(super().filter_of(role).read_text()))
        return file

    def container(self, role: str) -> str:
        """Its name."""
        return f"bench-{self.name}-{role}"

    def load(self) -> int:
        """One turn of wrk; the number of requests that were answered well."""
        script = self.folder / "mix.lua"
        script.write_text(MIX.replace("TOKEN", self.token))
        text = self.enter("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{TURN_SECONDS}s",
                          "--timeout", "10s", "--script", str(script), self.url)  # fmt: skip
        assert "Non-2xx" not in text, text
        done = re.search(r"(\d+) requests in", text)
        assert done, text
        return int(done[1])

    def workers(self, role: str) -> set[int]:
        """Processes that serve; NGINX's old ones, which end their requests, are none any more."""
        listed = self.engine.docker("top", self.container(role), "-eo", "pid,args").stdout.splitlines()[1:]
        return {int(line.split()[0]) for line in listed if line.rstrip().endswith(WORKERS[role])}

    def reload(self, role: str) -> None:
        """Have the configuration read anew, and all workers replaced."""
        before = self.workers(role)
        self.engine.docker("kill", "--signal", "HUP", self.container(role))
        self._replaced(role, before, len(before))

    def lose_a_worker(self, role: str) -> None:
        """Kill one, as if it had crashed; another takes its place."""
        before = self.workers(role)
        victim = max(before)
        os.kill(victim, signal.SIGKILL)
        self._replaced(role, {victim}, len(before))

    def restart(self, role: str) -> None:
        """Stop and start the container, and wait until the whole stack serves."""
        self.engine.docker("restart", self.container(role))
        self.engine.wait_until(self.writes, f"a write after {role} started again", 120)

    def writes(self) -> bool:
        """Whether NGINX, the API and the database take a write."""
        status = self.enter(
            "sh", "-c", 'curl --silent --max-time 5 --output /dev/null --write-out %{http_code} "$@" || true', "curl",
            "--cacert", str(self.ca), "--json", '{"pushtoken": "only-a-bench", "plataforma": "ios"}',
            f"{self.url}/apiv1/pushtokens",
        )  # fmt: skip
        return status.startswith("20")

    def _replaced(self, role: str, gone: set[int], wanted: int) -> None:
        self.engine.wait_until(
            lambda: not gone & (now := self.workers(role)) and len(now) == wanted, f"the workers of {role}", 60
        )


@pytest.fixture(scope="module")
def stack(
    dockerd: Dockerd, images: dict[str, BuiltImage], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Verified]:
    if not shutil.which("wrk"):
        pytest.skip("BENCH SKIPPED: not installed: wrk")
    tags = {role: dockerd.load(images[role]) for role in OWNERS}
    folder = tmp_path_factory.mktemp("refusals")
    folder.chmod(0o755)
    with ExitStack() as open_things:
        made = Verified(HARDENED, dockerd, tags, folder)
        made.start(open_things)
        yield made


def incidents(stack: Verified) -> Iterator[Callable[[], object]]:
    """What happens between two turns, without an end."""
    while True:
        yield lambda: stack.reload("nginx")
        yield lambda: stack.lose_a_worker("nginx")
        yield lambda: stack.engine.docker("kill", "--signal", "USR1", stack.container("nginx"))
        yield lambda: stack.lose_a_worker("api")
        yield lambda: stack.engine.docker("exec", stack.container("mongod"), "mongod", "--version")
        yield lambda: stack.restart("nginx")
        yield lambda: stack.restart("api")
        yield lambda: stack.restart("mongod")


def test_nothing_of_a_million_requests_is_refused(stack: Verified) -> None:
    with ExitStack() as watching:
        watches: dict[str, Watch] = {}
        for role in OWNERS:
            target = record.Target(
                container=stack.container(role), engine_socket=str(stack.engine.socket), refusals_only=True
            )
            watches[role] = watching.enter_context(record.watch({"here": HOST}, target, lambda *_: None))
        answered, began = 0, time.monotonic()
        for incident in incidents(stack):
            answered += stack.load()
            sys.stderr.write(f"{answered} requests in {time.monotonic() - began:.0f} s\n")
            if answered >= REQUESTS:
                break
            incident()
        trials = {role: trial("a million requests", watch.finish()) for role, watch in watches.items()}
    for role, found in trials.items():
        sys.stderr.write(f"{role}: {found.calls} calls, refused {sum(each.count for each in found.denials)}\n")
        assert found.denials == ()
