"""What NGINX serves itself, what it writes down, and its settings."""

from __future__ import annotations

import re
import signal
import tempfile
from pathlib import Path

import pytest

from .peers import NameServer, Upstream
from .site import Site, is_request_id, wait_until

ADS = "/apiv1/anuncios"
TOKEN = "s3cret-t0ken"  # noqa: S105 - a marker to look for in logs, no credential


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


def test_has_no_icon_and_no_complaint_about_it(site: Site) -> None:
    reply = site.ask("GET", "/favicon.ico")
    assert (reply.status, reply.body) == (204, b"")


def test_serves_no_dot_files_folders_or_anything_outside(site: Site) -> None:
    (site.html / "docs/.env").write_text("secret")
    (site.html / "secret.txt").write_text("secret")
    for target in ("/docs/.env", "/images/", "/images/anuncios/", "/secret.txt", "/docs/%2e%2e/secret.txt", "/.error"):
        reply = site.ask("GET", target)
        assert (reply.status, b"not found" in reply.body) == (404, True), target
        assert b"secret" not in reply.body


@pytest.mark.parametrize(
    "target", ["/docs/", "/docs/nothing", "/images/anuncios/bici.jpg", "/healthz", "/apiv2", "/nothing"]
)
def test_sends_the_security_headers_with_everything_of_its_own(site: Site, target: str) -> None:
    headers = site.ask("GET", target).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert (headers["referrer-policy"], headers["server"]) == ("no-referrer", "nginx")
    assert is_request_id(headers["x-request-id"])


def test_logs_each_request_as_json_but_no_query_and_no_healthy_health_check(site: Site) -> None:
    healthy = site.ask("GET", "/healthz").headers["x-request-id"]
    reply = site.ask("GET", f'{ADS}?nombre="quoted"', headers={"User-Agent": 'te"st\\'})
    request = reply.headers["x-request-id"]
    # Told by their numbers: a line is written after the answer, so an earlier test's may still be on its way.
    wait_until(lambda: request in {entry["request"] for entry in site.entries()}, 20)
    (entry,) = [entry for entry in site.entries() if entry["request"] == request]
    assert healthy not in {entry["request"] for entry in site.entries()}
    assert (entry["path"], entry["status"], entry["agent"]) == (ADS, 200, 'te"st\\')
    assert (entry["address"], entry["upstream_status"]) == ("127.0.0.1", "200")


def test_keeps_tokens_in_queries_out_of_both_logs_even_when_things_fail(site: Site, upstream: Upstream) -> None:
    targets = [ADS, "/apiv1/usuarios/authenticate", "/apiv1/pushtokens", f"{ADS}/tags"]
    for target in targets:
        for encoded in ("token", "%74oken"):
            upstream.drops = 2
            site.ask("POST", f"{target}?{encoded}={TOKEN}", b"{}")
            site.ask("GET", f"{target}?x=1&{encoded}={TOKEN}")
            upstream.drops = 0
            assert site.ask("POST", f"{target}?{encoded}={TOKEN}", b"x" * 17_000).status == 413
            site.ask("GET", f"{target}?{encoded}={TOKEN}", headers={"x_access_token": TOKEN})
    for target in ("/images/anuncios/none.jpg", "/docs/none.html", "/nothing"):
        assert site.ask("GET", f"{target}?token={TOKEN}").status == 404
    answers = site.flood(f"/apiv1/usuarios/authenticate?token={TOKEN}", 440)
    assert any(answer.startswith(b"429 ") for answer in answers)
    assert TOKEN not in site.access_log.read_text()
    assert not [line for line in site.error_log.read_text().splitlines() if TOKEN in line]


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
            site.process.send_signal(signal.SIGHUP)
            own_name, other = {"Host": "nodepop.example.org"}, {"Host": "localhost"}
            wait_until(lambda: site.ask("GET", ADS, headers=own_name).status == 200, 10)
            wait_until(lambda: site.ask("GET", ADS, headers=other).status == 421, 10)
            assert site.ask("GET", "/healthz", headers=other).status == 200
        finally:
            site.close()
