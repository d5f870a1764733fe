"""A load of writes and reads on the reference stack's site, which knows what was acknowledged and when nothing was.

Every answered POST is a write that a majority of the database confirmed (the API writes with `w: majority`), so it must
be there afterwards, whatever machine was lost meanwhile.

As a program: python tests/bench/write_load.py --seconds 60 --ca site.pem https://192.0.2.11 https://192.0.2.12
"""

from __future__ import annotations

import argparse
import http.client
import json
import secrets
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

PAUSE_SECONDS = 0.05
"""Between two requests of one worker: a load, not a flood that the site's rate limits would answer."""
PAGE = 1000
"""Rows of one answer, the most the API gives."""
ACCEPTED, CREATED, TAKEN, BUSY = 200, 201, 409, 429


class Site:
    """The API through one machine's NGINX."""

    def __init__(self, url: str, *, seconds: float, context: ssl.SSLContext | None = None) -> None:
        self.url, self._seconds, self._context = url.rstrip("/"), seconds, context

    def call(self, path: str, *, token: str = "", body: dict[str, object] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer; 0 when none came."""
        headers = {"content-type": "application/json"} | ({"x-access-token": token} if token else {})
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/apiv1{path}", data, headers)  # noqa: S310 - the caller's own site
        try:
            with urllib.request.urlopen(request, timeout=self._seconds, context=self._context) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}


@dataclass
class Kind:
    """What one kind of request came to: moments of success in `time.monotonic()`'s seconds, and other answers."""

    moments: list[float] = field(default_factory=list)
    refusals: dict[int, int] = field(default_factory=dict)

    def out(self, since: float, until: float) -> float:
        """Seconds of the longest time without a success between two moments."""
        inside = sorted(moment for moment in list(self.moments) if since < moment <= until)
        edges = [since, *inside, until]
        return max(after - before for before, after in pairwise(edges))

    def first(self, since: float) -> float | None:
        """Seconds from a moment to the next success."""
        later = [moment for moment in list(self.moments) if moment > since]
        return min(later) - since if later else None


class WriteLoad:
    """Workers that write and read through every site at once.

    Args:
        urls: of the site, one for each machine that serves it.
        seconds: that a worker waits for an answer. One that hangs holds up no other.
        context: for TLS: whom to trust. None is whom the machine trusts.
        pause: seconds between two requests of one worker. Each opens a connection.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        seconds: float = 10,
        context: ssl.SSLContext | None = None,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._pause = pause
        self.sites = [Site(url, seconds=seconds, context=context) for url in urls]
        self.writes, self.reads = Kind(), Kind()
        self.acknowledged: set[str] = set()
        self.started = time.monotonic()
        self._run = f"load {secrets.token_hex(4)}"
        self._stop = threading.Event()
        self.token = ""

    def log_in(self, *, seconds: float = 60) -> None:
        """Register a person of its own and get a token, which every machine honours."""
        person = {"email": f"{secrets.token_hex(8)}@example.org", "clave": secrets.token_urlsafe(24)}
        self._until(lambda site: site.call("/usuarios/register", body={"nombre": "Ada", **person})[0], seconds)
        answers: list[dict[str, Any]] = []

        def authenticate(site: Site) -> int:
            status, answer = site.call("/usuarios/authenticate", body=dict(person))
            answers.append(answer)
            return status

        self._until(authenticate, seconds)
        self.token = str(answers[-1]["token"])

    def _until(self, ask: Callable[[Site], int], seconds: float) -> None:
        """Ask one site after another until one accepts."""
        deadline = time.monotonic() + seconds
        while True:
            for site in self.sites:
                # TAKEN: an earlier try was written, and its answer was lost
                if (status := ask(site)) in {ACCEPTED, TAKEN}:
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"no site accepts: the last answer was {status}")
            time.sleep(PAUSE_SECONDS)

    @contextmanager
    def running(self) -> Generator[WriteLoad]:
        """Workers, until the context ends; each then finishes the request it is in."""
        self.started = time.monotonic()
        self._stop.clear()
        workers = [
            threading.Thread(target=work, args=(number, site), daemon=True)
            for number, site in enumerate(self.sites)
            for work in (self._write, self._read)
        ]
        for worker in workers:
            worker.start()
        try:
            yield self
        finally:
            self._stop.set()
            for worker in workers:
                worker.join()

    def _write(self, number: int, site: Site) -> None:
        count = 0
        while not self._stop.wait(self._pause):
            count += 1
            name = f"{self._run} {number} {count}"
            status, _ = site.call("/anuncios", token=self.token, body={"nombre": name, "venta": True, "precio": 1})
            self._note(self.writes, status, CREATED)
            if status == CREATED:
                self.acknowledged.add(name)

    def _read(self, _number: int, site: Site) -> None:
        while not self._stop.wait(self._pause):
            status, _ = site.call("/anuncios?limit=10", token=self.token)
            self._note(self.reads, status, ACCEPTED)

    @staticmethod
    def _note(kind: Kind, status: int, good: int) -> None:
        if status == good:
            kind.moments.append(time.monotonic())
        else:
            kind.refusals[status] = kind.refusals.get(status, 0) + 1

    def lost(self, *, seconds: float = 60) -> set[str]:
        """Acknowledged writes that no site can read any more. Raises TimeoutError when none answers.

        A site that reaches no primary answers with what was there a while ago, for as long as that lasts: only what all
        of them miss is lost, and it is looked for again.
        """
        deadline = time.monotonic() + seconds
        while True:
            missing, answered = set(self.acknowledged), False
            for site in self.sites:
                if missing:
                    stored = self._stored(site)
                    missing -= stored or set()
                    answered = answered or stored is not None
            if not missing or time.monotonic() > deadline:
                break
            time.sleep(1)
        if missing and not answered:
            raise TimeoutError("no site answers")
        return missing

    def _stored(self, site: Site) -> set[str] | None:
        """Names that one site can read; None when it answers nothing."""
        names: list[str] = []
        while True:
            path = f"/anuncios?nombre={quote(self._run)}&sort=_id&limit={PAGE}&start={len(names)}"
            status, answer = site.call(path, token=self.token)
            if status != ACCEPTED:
                return set(names) or None
            page = [str(row["nombre"]) for row in answer["result"]["rows"]]
            names += page
            if len(page) < PAGE:
                return set(names)

    def summary(self) -> dict[str, object]:
        """Counts, and the longest times without a success from the start until now."""
        now = time.monotonic()
        return {
            "writes": len(self.writes.moments),
            "reads": len(self.reads.moments),
            "writes_out_seconds": round(self.writes.out(self.started, now), 2),
            "reads_out_seconds": round(self.reads.out(self.started, now), 2),
            "write_refusals": self.writes.refusals,
            "read_refusals": self.reads.refusals,
        }


def main() -> int:
    """Run a load for a while and print what came of it; 1 when an acknowledged write was lost."""
    parser = argparse.ArgumentParser(description="Write and read through a site, and count what was lost.")
    parser.add_argument("url", nargs="+", help="of each machine that serves the site")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--ca", type=Path, help="PEM file of the authority that signed the site's certificate")
    options = parser.parse_args()
    context = ssl.create_default_context(cafile=str(options.ca)) if options.ca else None
    load = WriteLoad(options.url, context=context)
    load.log_in()
    with load.running():
        time.sleep(options.seconds)
    found = load.summary() | {"lost": sorted(load.lost())}
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 1 if found["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
