"""How requests reach the API, and the names the site answers to."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from .peers import NameServer, Upstream
from .site import Site, is_request_id, wait_until

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


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/api", "/apiv2/anuncios", "/apiv1"])
def test_passes_nothing_on_but_the_api_itself(site: Site, upstream: Upstream, target: str) -> None:
    site.ask("GET", target)
    assert upstream.seen == []
