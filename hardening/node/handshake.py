"""What a TLS server inside a container offers, by calling it on its own loopback. Part of node programs.

A child process joins the container's network and shakes hands once per version of TLS. Nothing is sent after that.
"""

from __future__ import annotations

import json
import socket
import warnings
from typing import TYPE_CHECKING, Any

from hardening.node.fact import NotReadable
from hardening.node.namespaces import enter_network, in_child

if TYPE_CHECKING:
    import ssl

VERSIONS = {"TLSv1": "TLSv1", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}
"""As servers name them, and as Python does."""
_SECONDS = 3
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE"})
_OTHER_VERSION = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"})


def endpoints(init: int, places: list[tuple[str, int]], names: list[str]) -> list[dict[str, Any]]:
    """A TlsServer for each address and name; places that speak no TLS are left out."""

    def ask() -> bytes:
        enter_network(init)
        found = [_endpoint(address, port, name) for address, port in places for name in names or [""]]
        return json.dumps([each for each in found if each]).encode()

    return list(json.loads(in_child(ask, _SECONDS * len(VERSIONS) * max(len(places) * len(names or [""]), 1) + 5)))


def _endpoint(address: str, port: int, name: str) -> dict[str, Any] | None:
    import ssl  # noqa: PLC0415 - slow to load, and only where a program is asked for its TLS

    protocols: dict[str, bool] = {}
    certificate = b""
    for version, attribute in VERSIONS.items():
        if not getattr(ssl, f"HAS_{attribute}"):
            continue
        spoken, sent = _shake(address, port, name, ssl.TLSVersion[attribute])
        if spoken is None:
            continue
        protocols[version] = spoken
        certificate = sent or certificate
    if not any(protocols.values()):
        return None
    pem = ssl.DER_cert_to_PEM_cert(certificate) if certificate else ""
    return {"address": address, "port": port, "server_name": name, "protocols": protocols, "certificate": pem}


def _shake(address: str, port: int, name: str, version: ssl.TLSVersion) -> tuple[bool | None, bytes]:
    """Whether the server speaks one version (None: no TLS here), and the certificate it sent."""
    import ssl  # noqa: PLC0415 - as above

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what it offers is to be seen, whatever it is
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old versions are deprecated, which is why they are looked for
            context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection((address, port), _SECONDS) as plain:
            plain.settimeout(_SECONDS)
            with context.wrap_socket(plain, server_hostname=name or None) as secure:
                return True, secure.getpeercert(binary_form=True) or b""
    except ssl.SSLError as error:
        return _meaning(error), b""
    except OSError as error:
        if isinstance(error, ConnectionRefusedError):
            raise NotReadable(f"{address}:{port}: {error.strerror}") from None
        return None, b""  # it ended the connection, as a server does that was spoken to in another language


def _meaning(error: ssl.SSLError) -> bool | None:
    """A refusal for another reason than the version shows that the version is spoken: a certificate is asked for."""
    reason = error.reason or ""
    if reason in _NO_TLS:
        return None
    return reason not in _OTHER_VERSION
