"""What a TLS server offers, found by calling a real one on loopback."""

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hardening.node import handshake
from hardening.node.fact import NotReadable


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example")])
    made = x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    signed = made.not_valid_before(now).not_valid_after(now + timedelta(days=9)).sign(key, hashes.SHA256())
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def servers(identity: Path) -> Iterator[object]:
    """Starts servers: `start(oldest, newest, wants_certificate)` answers with a port; None speaks no TLS."""
    listeners: list[socket.socket] = []

    def start(oldest: str | None, newest: str = "TLSv1_3", *, wants_certificate: bool = False) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity)
        context.set_ciphers("ALL:@SECLEVEL=0")
        if oldest:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version, context.maximum_version = ssl.TLSVersion[oldest], ssl.TLSVersion[newest]
        if wants_certificate:
            context.load_verify_locations(identity)
            context.verify_mode = ssl.CERT_REQUIRED
        threading.Thread(target=serve, args=(listener, context if oldest else None), daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


def serve(listener: socket.socket, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        try:
            if context is None:
                client.recv(100)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            else:
                context.wrap_socket(client, server_side=True).close()
        except OSError:
            pass  # the client went; what it saw is what the test asks for
        finally:
            client.close()


def offered(port: int, name: str = "") -> dict[str, Any] | None:
    return next(handshake.servers(("127.0.0.1", port), [name]), None)


OLD = {"TLSv1": False, "TLSv1.1": False}
NEW = {"TLSv1.2": True, "TLSv1.3": True}


@pytest.mark.parametrize(
    ("oldest", "newest", "spoken"),
    [
        ("TLSv1_2", "TLSv1_3", OLD | NEW),
        ("TLSv1_3", "TLSv1_3", OLD | {"TLSv1.2": False, "TLSv1.3": True}),
        ("TLSv1", "TLSv1_2", {"TLSv1": True, "TLSv1.1": True, "TLSv1.2": True, "TLSv1.3": False}),
    ],
)
def test_each_version_is_tried(servers: object, oldest: str, newest: str, spoken: dict[str, bool]) -> None:
    port = servers(oldest, newest)  # type: ignore[operator]
    found = offered(port)
    assert found is not None
    assert {version: spoken[version] for version in found["protocols"]} == found["protocols"]
    assert {"TLSv1.2", "TLSv1.3"} <= found["protocols"].keys()
    assert "BEGIN CERTIFICATE" in found["certificate"]


def test_a_server_that_wants_a_certificate_speaks_the_versions_all_the_same(servers: object) -> None:
    port = servers("TLSv1_2", wants_certificate=True)  # type: ignore[operator]
    found = offered(port, "shop.example")
    assert found is not None
    assert {version for version, on in found["protocols"].items() if on} == {"TLSv1.2", "TLSv1.3"}


def test_a_server_without_tls_is_none(servers: object) -> None:
    assert offered(servers(None)) is None  # type: ignore[operator]


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotReadable, match=f"127.0.0.1:{port}: Connection refused"):
        offered(port)
