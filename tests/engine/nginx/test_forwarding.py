"""How requests reach the API, and the names the site answers to."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .peers import NameServer, Upstream
from .site import Site, is_request_id, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ADS = "/apiv1/anuncios"
TOKEN = "s3cret-t0ken"  # noqa: S105 - no credential
# longer than NGINX keeps what it was told about a name
FORGOTTEN = 12


def test_starts_before_the_api_and_finds_it_when_it_comes_and_where_it_moves(names: NameServer) -> None:
    first = Upstream("127.0.0.2")
    second = Upstream("127.0.0.3", first.port)
    names.addresses = {}
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), names, first.port)
        try:
            reply = site.ask("GET", ADS)
            assert (reply.status, reply.headers["retry-after"]) == (503, "5")
            assert reply.json == {
                "ok": False,
                "error": {"code": 503, "message": "the service is not available, try again in a moment"},
            }
            names.addresses = {"api": ["127.0.0.2"]}
            wait_until(lambda: site.ask("GET", ADS).status == 200, FORGOTTEN)
            names.addresses = {"api": ["127.0.0.3"]}
            wait_until(lambda: site.ask("GET", ADS).json.get("from") == "127.0.0.3", FORGOTTEN)
            first.close()
            # one of two replicas is gone, its name not yet forgotten
            names.addresses = {"api": ["127.0.0.2", "127.0.0.3"]}
            time.sleep(6)
            replies = [site.ask(method, ADS, b"{}").status for _ in range(10) for method in ("GET", "POST")]
            assert replies == [200] * 20
        finally:
            site.close()
            names.addresses = {"api": ["127.0.0.1"]}
            second.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "10.77.0.11", "node1", "nginx"])
def test_answers_to_addresses_and_local_names(site: Site, host: str) -> None:
    assert site.ask("GET", ADS, headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "1.2.3.4.evil.example"]
)
def test_refuses_other_names_for_everything_but_its_health(site: Site, upstream: Upstream, host: str) -> None:
    for target in ("/", ADS, "/docs/", "/images/anuncios/bici.jpg"):
        reply = site.ask("GET", target, headers={"Host": host})
        assert (reply.status, reply.json["ok"]) == (421, False)
    assert site.ask("GET", "/healthz", headers={"Host": host}).status == 200
    assert upstream.seen == []


def test_refuses_a_request_that_names_no_host(site: Site) -> None:
    assert b" 421 " in site.raw(b"GET / HTTP/1.0\r\n\r\n").splitlines()[0]
    assert b" 400 " in site.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").splitlines()[0]


def test_tells_the_api_who_asks_and_believes_nothing_the_client_says_about_it(site: Site, upstream: Upstream) -> None:
    claims = (
        "X-Forwarded-For",
        "X-Real-IP",
        "X-Request-Id",
        "Forwarded",
        "Proxy",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
    )
    reply = site.ask(
        "GET", f"{ADS}?nombre=b%20b", headers={**dict.fromkeys(claims, "claimed"), "x-access-token": TOKEN}
    )
    (seen,) = upstream.seen
    assert seen.target == f"{ADS}?nombre=b%20b"
    assert "claimed" not in seen.headers.values()
    assert (seen.headers["x-forwarded-for"], seen.headers["x-real-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert (seen.headers["x-forwarded-proto"], seen.headers["x-access-token"]) == ("https", TOKEN)
    assert is_request_id(seen.headers["x-request-id"])
    assert reply.headers["x-request-id"] == seen.headers["x-request-id"]
    assert "x-powered-by" not in reply.headers


@pytest.mark.parametrize("target", [ADS, f"{ADS}?precio=10-50"])
def test_repeats_a_read_that_a_dying_worker_dropped(site: Site, upstream: Upstream, target: str) -> None:
    upstream.drops = 1
    assert site.ask("GET", target).status == 200
    assert len(upstream.seen) == 2


@pytest.mark.parametrize("target", [ADS, f"{ADS}?x=1", "/apiv1/usuarios/register", "/apiv1/pushtokens?x=1"])
def test_never_repeats_a_write(site: Site, upstream: Upstream, target: str) -> None:
    upstream.drops = 1
    reply = site.ask("POST", target, b"{}")
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert [seen.method for seen in upstream.seen] == ["POST"]


class Machine(NamedTuple):
    """NGINX and the API on one machine, the API on another, and who knows their names."""

    site: Site
    own: Upstream
    other: Upstream
    names: NameServer


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine called `here`."""
    names = NameServer()
    own = Upstream("127.0.0.2")
    other = Upstream("127.0.0.3", own.port)
    names.addresses = {"api": [other.address], "api-here": [own.address]}
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), names, own.port, hostname="nginx-here")
        yield Machine(site, own, other, names)
        site.close()
    other.close()
    names.close()


def test_asks_the_api_of_its_own_machine(machine: Machine) -> None:
    site, own, other, _ = machine
    asked = [
        site.ask(method, target, b"{}").json["from"] for method in ("GET", "POST") for target in (ADS, f"{ADS}?x=1")
    ]
    assert asked == [own.address] * 4
    assert other.seen == []


@pytest.mark.parametrize("target", [ADS, f"{ADS}?x=1"])
def test_repeats_a_read_that_its_own_api_dropped_elsewhere_and_a_write_nowhere(machine: Machine, target: str) -> None:
    site, own, other, _ = machine
    other.seen.clear()
    own.drops = 2
    assert site.ask("GET", target).json["from"] == other.address
    assert site.ask("POST", target, b"{}").status == 503
    assert [seen.method for seen in other.seen] == ["GET"]


TARGETS = [ADS, f"{ADS}?x=1", "/apiv1/usuarios/register", "/apiv1/usuarios/register?x=1", "/apiv1/pushtokens"]


def test_goes_elsewhere_with_what_its_own_api_never_got(machine: Machine) -> None:
    site, own, other, _ = machine
    own.close()
    for method in ("GET", "POST"):
        assert {site.ask(method, target, b"{}").json["from"] for target in TARGETS} == {other.address}


def test_goes_elsewhere_where_its_machine_has_no_api(machine: Machine) -> None:
    site, _, other, names = machine
    del names.addresses["api-here"]
    time.sleep(6)  # until NGINX has forgotten the name
    assert {site.ask(method, ADS, b"{}").json["from"] for method in ("GET", "POST")} == {other.address}


def test_a_machine_that_swallows_every_packet_costs_a_second(machine: Machine) -> None:
    site, own, other, names = machine
    with socket.socket() as full:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        full.bind((own.address, own.port))
        full.listen(0)
        with ExitStack() as waiting:  # whose queue takes nobody else: the kernel drops what comes
            for _ in range(2):
                connection = waiting.enter_context(socket.socket())
                connection.setblocking(False)
                connection.connect_ex((own.address, own.port))
            names.addresses["api-here"] = [own.address]
            for method in ("GET", "POST"):
                began = time.monotonic()
                assert site.ask(method, ADS, b"{}").json["from"] == other.address
                assert 0.5 < time.monotonic() - began < 3


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/api", "/apiv2/anuncios", "/apiv1"])
def test_passes_nothing_on_but_the_api_itself(site: Site, upstream: Upstream, target: str) -> None:
    site.ask("GET", target)
    assert upstream.seen == []
