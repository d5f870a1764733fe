"""TLS as clients find it: versions, ciphers, names, the way there from plain HTTP; and the mode without it."""

from __future__ import annotations

import json
import re
import signal
import ssl
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardening import checks
from hardening.facts import nginx
from hardening.model.facts import Facts, NginxServer
from hardening.model.findings import Area, Status
from hardening.model.known import Known

from .peers import NameServer, Upstream
from .site import Site, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ADS = "/apiv1/anuncios"
HSTS = "max-age=63072000"


@contextmanager
def another(names: NameServer, upstream: Upstream, main: str = "nginx.conf") -> Iterator[Site]:
    """A site of one's own, whose files may be changed."""
    names.addresses = {"api": ["127.0.0.1"]}
    with tempfile.TemporaryDirectory(prefix="nodepop-nginx-") as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder), names, upstream.port, main)
        try:
            yield site
        finally:
            site.close()


def client(site: Site, **settings: object) -> ssl.SSLContext:
    """A client that is ready for what no client should be, as a scanner is."""
    context = site.trust
    context.set_ciphers(str(settings.pop("ciphers", "ALL:@SECLEVEL=0")))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        (ssl.TLSVersion.TLSv1, False),
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_speaks_current_versions_of_tls_only(site: Site, version: ssl.TLSVersion, taken: bool) -> None:
    context = client(site, minimum_version=version, maximum_version=version)
    if not taken:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            site.handshake(context=context)
        return
    with site.handshake(context=context) as connection:
        assert connection.version() == version.name.replace("_", ".")


@pytest.mark.parametrize(
    ("cipher", "taken"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
        ("ECDHE-ECDSA-AES128-SHA256", False),
        ("ECDHE-ECDSA-AES256-SHA", False),
        ("AES128-GCM-SHA256", False),
    ],
)
def test_takes_ciphers_with_forward_secrecy_and_authentication_only(site: Site, cipher: str, taken: bool) -> None:
    context = client(site, ciphers=f"{cipher}:@SECLEVEL=0", maximum_version=ssl.TLSVersion.TLSv1_2)
    if not taken:
        with pytest.raises(ssl.SSLError, match="handshake failure"):
            site.handshake(context=context)
        return
    with site.handshake(context=context) as connection:
        assert (connection.cipher() or ("",))[0] == cipher


def test_gives_out_no_session_tickets(site: Site) -> None:
    context = client(site, maximum_version=ssl.TLSVersion.TLSv1_2)
    with site.handshake(context=context) as connection:
        assert connection.session is not None
        assert not connection.session.has_ticket


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_shows_its_certificate_for_its_names_and_addresses(site: Site, name: str) -> None:
    with site.handshake(name) as connection:
        assert connection.getpeercert()


@pytest.mark.parametrize("name", ["evil.example", "nodepop.example.org", "localhost.evil.example"])
def test_shows_no_certificate_to_who_asks_for_another_name(site: Site, name: str) -> None:
    with pytest.raises(ssl.SSLError, match="unrecognized name"):
        site.handshake(name)


def test_a_site_with_public_names_only_can_refuse_who_asks_for_none(names: NameServer, upstream: Upstream) -> None:
    with another(names, upstream) as site:
        (site.folder / "conf/site/names.conf").write_text("server_name nodepop.example.org;\n")
        (site.folder / "conf/site/nameless.conf").write_text("ssl_reject_handshake on;\n")
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: refused(site, "127.0.0.1"), 10)
        assert refused(site, "localhost")
        with site.handshake("nodepop.example.org") as connection:
            connection.sendall(b"GET /docs/ HTTP/1.0\r\nHost: nodepop.example.org\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def refused(site: Site, name: str) -> bool:
    try:
        site.handshake(name).close()
    except ssl.SSLError:
        return True
    return False


@pytest.mark.parametrize("target", ["/docs/", "/images/anuncios/bici.jpg", "/healthz", "/nothing", "/api", ADS, "/"])
def test_tells_browsers_to_come_back_over_tls_with_every_answer(site: Site, target: str) -> None:
    assert site.ask("GET", target).headers["strict-transport-security"] == HSTS


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("target", ["/", f"{ADS}?nombre=a%20b&token=x", "/docs/%2e%2e/x"])
def test_plain_http_leads_to_the_same_place_over_tls(site: Site, upstream: Upstream, method: str, target: str) -> None:
    reply = site.ask(method, target, over="http")
    assert (reply.status, reply.headers["location"]) == (308, f"https://127.0.0.1{target}")
    assert "strict-transport-security" not in reply.headers
    assert upstream.seen == []


def test_plain_http_answers_the_health_check_and_leads_nobody_to_another_name(site: Site) -> None:
    assert site.ask("GET", "/healthz", over="http").status == 200
    for host in ("evil.example", "127.0.0.1@evil.example"):
        reply = site.ask("GET", "/docs/", headers={"Host": host}, over="http")
        assert reply.status in {400, 421}
        assert "location" not in reply.headers


def test_plain_http_on_the_tls_port_is_told_so_in_the_envelope(site: Site) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"ok":false,"error":{"code":400,"message":"the request is not well formed"}}' in answer


def test_without_tls_the_site_is_the_same_and_says_so_to_the_api(names: NameServer, upstream: Upstream) -> None:
    with another(names, upstream, "plain.conf") as site:
        assert site.ask("GET", "/docs/").status == 200
        reply = site.ask("GET", ADS)
        assert (reply.status, upstream.seen[-1].headers["x-forwarded-proto"]) == (200, "http")
        assert "strict-transport-security" not in reply.headers
        assert site.ask("GET", "/docs/", headers={"Host": "evil.example"}).status == 421


JUDGED = sorted(check.id for check in checks.load() if check.area is Area.NGINX)
ELSEWHERE = frozenset(
    {"nginx-modules", "nginx-version-supported", "nginx-account", "nginx-config-protected", "nginx-key-protected"}
    | {"nginx-pid-protected", "nginx-ocsp-stapling", "nginx-tls-certificate", "nginx-tls-handshake"}
)
"""Of the machine's NGINX, or of the inside of its container, not of the configuration: the lab's audit sees those."""
FINE = frozenset({Status.PASS, Status.NOT_APPLICABLE})
OTHERWISE = {"nginx-address-lists": Status.MANUAL, "nginx-http3": Status.FAIL}
"""Who may come is for people to say; a site that is open to all says so. No HTTP/3: it needs UDP past the swarm."""


@pytest.mark.parametrize("check_id", [each for each in JUDGED if each not in ELSEWHERE])
def test_passes_every_check_of_the_audit(site: Site, check_id: str) -> None:
    server = NginxServer("nodepop_nginx", "here", "c1", Known("1.26.3"), Known(nginx.parse(site.configuration)))
    check = next(each for each in checks.load() if each.id == check_id)
    outcomes = list(check.evaluate(Facts(0, {}, (), (server,))))
    assert outcomes
    wanted = {OTHERWISE[check_id]} if check_id in OTHERWISE else FINE
    assert {outcome.status for outcome in outcomes} <= wanted, outcomes


def test_the_configuration_is_read_as_nginx_itself_reads_it(site: Site) -> None:
    _, *parts = re.split(r"^# configuration file (.+):\n", site.dump(), flags=re.MULTILINE)
    printed = dict(zip(parts[::2], parts[1::2], strict=True))
    assert {path: f"{text}\n" for path, text in json.loads(site.configuration)["files"].items()} == printed
