"""A provider of ours that answers by the dyndns2 protocol, over TLS, and can misbehave in every way we know."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hardening.node.dyndns_settings import Settings

NAMES = ("a.example.org", "b.example.org")
PASSWORD = "s3cret and long"  # noqa: S105 - of a provider that exists in this test only


class Asked(NamedTuple):
    """One request as the provider saw it."""

    path: str
    hostnames: list[str]
    address: str
    login: str
    agent: str


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


class Provider:
    """The server. `answer` is what it does next: text, (status, text), or a function of the handler."""

    def __init__(self, certificate: Path) -> None:
        self.asked: list[Asked] = []
        self.answer: str | tuple[int, str] | Callable[[Any], None] = ""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}/nic/update"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            scheme, _, login = self.headers.get("Authorization", "").partition(" ")
            assert scheme in {"Basic", ""}
            provider.asked.append(
                Asked(
                    parts.path,
                    query.get("hostname", [""])[0].split(","),
                    query.get("myip", [""])[0],
                    base64.b64decode(login).decode(),
                    self.headers.get("User-Agent", ""),
                )
            )
            answer = provider.answer
            if callable(answer):
                answer(self)
                return
            status, text = answer if isinstance(answer, tuple) else (200, answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if status in {301, 302, 307, 308}:
                self.send_header("Location", f"{provider.url}/elsewhere")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
            pass

    return Handler


class Faults:
    """Answers that are none."""

    @staticmethod
    def cut_off(handler: Any) -> None:  # noqa: ANN401 - a handler, here and below
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"good 192.0")
        handler.close_connection = True

    @staticmethod
    def closed(handler: Any) -> None:  # noqa: ANN401
        handler.close_connection = True

    @staticmethod
    def silent(handler: Any) -> None:  # noqa: ANN401
        handler.connection.recv(1)  # until the other side gives up
        handler.close_connection = True

    @staticmethod
    def one_byte_at_a_time(handler: Any) -> None:  # noqa: ANN401
        try:
            for _ in range(100_000):
                handler.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            handler.close_connection = True

    @staticmethod
    def huge(handler: Any) -> None:  # noqa: ANN401
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100_000):
                handler.wfile.write(b"good 192.0.2.7\n" * 1000)
        except OSError:
            handler.close_connection = True

    @staticmethod
    def no_http(handler: Any) -> None:  # noqa: ANN401
        handler.wfile.write(b"good 192.0.2.7\r\n\r\n")
        handler.close_connection = True


class Authority:
    """Makes certificates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test authority")])
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(
            self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None)).public_bytes(
                serialization.Encoding.PEM
            )
        )

    def issue(self, name: str, host: str = "127.0.0.1", days: int = 1) -> Path:
        """A server's key and certificate in one file; with `days` below zero it has ended."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        try:
            names: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            names = x509.DNSName(host)
        signed = self._signed(subject, key, x509.SubjectAlternativeName([names]), days)
        path = self._folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, days: int = 1
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
        return made.add_extension(extension, critical=False).sign(self._key, hashes.SHA256())


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(authority: Authority) -> Iterator[Provider]:
    running = Provider(authority.issue("good"))
    yield running
    running.stop()


@pytest.fixture
def provider(server: Provider) -> Provider:
    """The provider, asked nothing yet."""
    server.asked.clear()
    server.answer = ""
    return server


@pytest.fixture
def settings(provider: Provider, authority: Authority, tmp_path: Path) -> Settings:
    login = tmp_path / "dns.credentials"
    login.write_text(f"username: group\npassword: {PASSWORD}\n")
    login.chmod(0o600)
    return Settings(
        server=provider.url,
        agent="harden harden-dns/Linux-0.1.0 admin@example.org",
        hostnames=NAMES,
        address={"fixed": "192.0.2.7"},
        interval=300,
        credentials=str(login),
        ca=str(authority.certificate),
        state=str(tmp_path / "state" / "dns.json"),
    )


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{bound.getsockname()[1]}/nic/update"


@pytest.fixture
def faults() -> type[Faults]:
    return Faults
