"""The edge: what NGINX serves, refuses, forwards and keeps out of its logs, with the configuration of the stack."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from .nginx_site import NameServer, Site, Upstream, is_request_id, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-light")

ADS = "/apiv1/anuncios"
TOKEN = "s3cret-t0ken"  # noqa: S105 - a marker to look for in logs, no credential
# longer than NGINX keeps what it was told about a name
FORGOTTEN = 12


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    api = Upstream("127.0.0.1")
    yield api
    api.close()


@pytest.fixture(scope="module")
def site(names: NameServer, upstream: Upstream) -> Iterator[Site]:
    names.addresses = {"api": ["127.0.0.1"]}
    # not tmp_path: the folders above it are root's alone, and NGINX runs as nobody of importance
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        running = Site(Path(folder), names, upstream.port)
        yield running
        running.close()


@pytest.fixture(autouse=True)
def _fresh(upstream: Upstream) -> None:
    upstream.seen.clear()


def message(reply_json: dict[str, object]) -> str:
    error = reply_json["error"]
    assert isinstance(error, dict)
    return str(error["message"])


# --- names ----------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "localhost.evil.example", "1.2.3.4.evil.example"])
def test_refuses_other_names_for_everything_but_its_health(site: Site, upstream: Upstream, host: str) -> None:
    for target in ("/", ADS, "/docs/", "/images/anuncios/bici.jpg"):
        reply = site.ask("GET", target, headers={"Host": host})
        assert (reply.status, reply.json["ok"]) == (421, False)
    assert site.ask("GET", "/healthz", headers={"Host": host}).status == 200
    assert upstream.seen == []


def test_refuses_a_request_that_names_no_host(site: Site) -> None:
    assert b" 421 " in site.raw(b"GET / HTTP/1.0\r\n\r\n").splitlines()[0]
    assert b" 400 " in site.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").splitlines()[0]


# --- to the API -----------------------------------------------------------------------------------------------------


def test_tells_the_api_who_asks_and_believes_nothing_the_client_says_about_it(site: Site, upstream: Upstream) -> None:
    claims = ("X-Forwarded-For", "X-Real-IP", "X-Request-Id", "Forwarded", "Proxy", "X-Forwarded-Host", "X-Forwarded-Proto")
    reply = site.ask("GET", f"{ADS}?nombre=b%20b", headers={**dict.fromkeys(claims, "claimed"), "x-access-token": TOKEN})
    (seen,) = upstream.seen
    assert seen.target == f"{ADS}?nombre=b%20b"
    assert "claimed" not in seen.headers.values()
    assert (seen.headers["x-forwarded-for"], seen.headers["x-real-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert (seen.headers["x-forwarded-proto"], seen.headers["x-access-token"]) == ("http", TOKEN)
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


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    ("target", "allow"),
    [
        (ADS, "GET, HEAD, POST"),
        (f"{ADS}?token=x", "GET, HEAD, POST"),
        (f"{ADS}/tags", "GET, HEAD"),
        ("/apiv1/usuarios/register", "POST"),
        ("/apiv1/usuarios/authenticate", "POST"),
        ("/apiv1/pushtokens", "POST"),
        ("/docs/", "GET, HEAD"),
    ],
)
def test_refuses_other_methods_and_names_those_allowed(
    site: Site, upstream: Upstream, method: str, target: str, allow: str
) -> None:
    reply = site.ask(method, target)
    assert (reply.status, reply.headers["allow"]) == (405, allow)
    assert reply.json["ok"] is False
    assert upstream.seen == []


def test_refuses_to_post_to_a_page(site: Site) -> None:
    reply = site.ask("POST", "/docs/", b"x")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"method": "POST", "target": ADS, "body": b"x" * (16 * 1024 + 1)}, 413),
        ({"method": "GET", "target": "/docs/?" + "x" * 5000}, 414),
        ({"method": "GET", "target": ADS, "headers": {"X-Large": "x" * 5000}}, 431),
        ({"method": "GET", "target": "/docs/%zz"}, 400),
    ],
)
def test_answers_what_is_too_large_or_broken_in_the_envelope(site: Site, what: dict[str, object], status: int) -> None:
    reply = site.ask(**what)  # type: ignore[arg-type] # a table of keyword arguments
    assert reply.status == status
    error = reply.json["error"]
    assert isinstance(error, dict)
    assert error["code"] == status


def test_lets_a_body_of_16_kib_through(site: Site) -> None:
    assert site.ask("POST", ADS, b"x" * 16 * 1024).status == 200


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"x-lang": "es"}, "es"),
        ({"x-lang": "ES-mx"}, "es"),
        ({"x-lang": "fr", "Accept-Language": "es"}, "en"),
        ({"Accept-Language": "es-ES,es;q=0.9"}, "es"),
        ({"Accept-Language": "est"}, "en"),
    ],
)
def test_speaks_the_clients_language(site: Site, headers: dict[str, str], language: str) -> None:
    reply = site.ask("DELETE", ADS, headers=headers)
    assert message(reply.json) == {"en": "method not allowed", "es": "método no permitido"}[language]
    assert reply.headers["content-language"] == language


def test_answers_unknown_paths_as_json_below_api_and_as_a_page_elsewhere(site: Site) -> None:
    api, page = site.ask("GET", "/apiv2/x"), site.ask("GET", "/nothing")
    assert (api.status, message(api.json)) == (404, "not found")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"nginx" not in page.body.lower()


def test_slows_down_floods_of_logins(site: Site) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: site.ask("POST", "/apiv1/usuarios/authenticate", b"{}"), range(120)))
    refused = [reply for reply in replies if reply.status == 429]
    assert 40 <= len(refused) <= 80  # of 120, 40 pass at once and 10 more each second
    assert {reply.status for reply in replies} == {200, 429}
    assert refused[0].headers["retry-after"] == "1"
    assert message(refused[0].json) == "too many requests, try again later"


def test_lets_an_ordinary_client_be(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {reply.status for reply in pool.map(lambda _: site.ask("GET", ADS), range(400))} == {200}


def test_limits_the_requests_of_one_address_that_are_under_way(site: Site, upstream: Upstream) -> None:
    upstream.gate.clear()
    with ThreadPoolExecutor(110) as pool:
        waiting = [pool.submit(site.ask, "GET", ADS) for _ in range(110)]
        wait_until(lambda: sum(future.done() for future in waiting) >= 10, 15)
        assert {future.result().status for future in waiting if future.done()} == {429}
        upstream.gate.set()
        assert sum(future.result().status == 200 for future in waiting) == 100


def test_gives_up_on_a_client_that_never_finishes_its_request(site: Site) -> None:
    began = time.monotonic()
    with pytest.raises(ConnectionResetError):
        site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    assert 9 <= time.monotonic() - began <= 13


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/docs/", "text/html; charset=utf-8"),
        ("/docs/style.css", "text/css; charset=utf-8"),
        ("/docs/openapi.yaml", "text/yaml; charset=utf-8"),
        ("/images/anuncios/bici.jpg", "image/jpeg"),
        ("/images/anuncios/iphone.png", "image/png"),
    ],
)
def test_serves_docs_and_photos(site: Site, upstream: Upstream, target: str, kind: str) -> None:
    reply = site.ask("GET", target)
    assert (reply.status, reply.headers["content-type"]) == (200, kind)
    assert upstream.seen == []


def test_leads_to_the_docs(site: Site) -> None:
    assert (site.ask("GET", "/").status, site.ask("GET", "/").headers["location"]) == (302, "/docs/")
    assert (site.ask("GET", "/docs").status, site.ask("GET", "/docs").headers["location"]) == (301, "/docs/")


def test_serves_no_dot_files_folders_or_anything_outside(site: Site) -> None:
    (site.html / "docs/.env").write_text("secret")
    (site.html / "secret.txt").write_text("secret")
    for target in ("/docs/.env", "/images/", "/images/anuncios/", "/secret.txt", "/docs/%2e%2e/secret.txt", "/.error"):
        reply = site.ask("GET", target)
        assert reply.status in {403, 404}, target
        assert b"secret" not in reply.body


@pytest.mark.parametrize("target", ["/docs/", "/docs/nothing", "/images/anuncios/bici.jpg", "/healthz", "/apiv2", "/nothing"])
def test_sends_the_security_headers_with_everything_of_its_own(site: Site, target: str) -> None:
    headers = site.ask("GET", target).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert (headers["referrer-policy"], headers["server"]) == ("no-referrer", "nginx")
    assert is_request_id(headers["x-request-id"])


# --- logs and settings ----------------------------------------------------------------------------------------------


def test_logs_each_request_as_json_but_no_query_and_no_healthy_health_check(site: Site) -> None:
    before = len(site.entries())
    site.ask("GET", "/healthz")
    reply = site.ask("GET", f'{ADS}?nombre="quoted"', headers={"User-Agent": 'te"st\\'})
    wait_until(lambda: len(site.entries()) > before, 5)
    (entry,) = site.entries()[before:]
    assert (entry["path"], entry["status"], entry["agent"]) == (ADS, 200, 'te"st\\')
    assert entry["request"] == reply.headers["x-request-id"]
    assert (entry["address"], entry["upstream_status"]) == ("127.0.0.1", "200")


def test_keeps_tokens_in_queries_out_of_both_logs_even_when_things_fail(site: Site, upstream: Upstream) -> None:
    targets = [ADS, "/apiv1/usuarios/authenticate", "/apiv1/pushtokens", f"{ADS}/tags"]
    for target in targets:
        for encoded in ("token", "%74oken"):
            upstream.drops = 2
            site.ask("POST", f"{target}?{encoded}={TOKEN}", b"{}")
            site.ask("GET", f"{target}?x=1&{encoded}={TOKEN}")
            upstream.drops = 0
    with ThreadPoolExecutor(16) as pool:  # into the limit
        login = f"/apiv1/usuarios/authenticate?token={TOKEN}"
        assert 429 in {reply.status for reply in pool.map(lambda _: site.ask("POST", login, b"{}"), range(100))}
    assert TOKEN not in site.access_log.read_text()
    assert TOKEN not in site.error_log.read_text()


def test_reports_a_failing_upstream_in_the_error_log(site: Site, upstream: Upstream) -> None:
    upstream.drops = 1
    site.ask("POST", ADS, b"{}")
    assert "upstream prematurely closed connection" in site.error_log.read_text()


@pytest.mark.parametrize(
    ("directive", "most"),
    [("keepalive_timeout", 10), ("send_timeout", 10), ("client_header_timeout", 10), ("client_body_timeout", 10)],
)
def test_keeps_the_benchmarks_times(site: Site, directive: str, most: int) -> None:
    (value,) = re.findall(rf"^\s*{directive}\s+(\d+)s;", site.dump(), re.MULTILINE)
    assert 1 <= int(value) <= most


def test_takes_the_site_s_names_from_one_file(names: NameServer, upstream: Upstream) -> None:
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), names, upstream.port)
        try:
            own = Path(folder) / "conf/site/names.conf"
            own.write_text("server_name nodepop.example.org;\n")
            site.process.send_signal(1)  # SIGHUP
            own_name, other = {"Host": "nodepop.example.org"}, {"Host": "localhost"}
            wait_until(lambda: site.ask("GET", ADS, headers=own_name).status == 200, 10)
            wait_until(lambda: site.ask("GET", ADS, headers=other).status == 421, 10)
            assert site.ask("GET", "/healthz", headers=other).status == 200
        finally:
            site.close()

