"""What a TLS server inside a container offers, by calling it on its own loopback. Part of node programs.

A child process joins the container's network and shakes hands once per version of TLS. Nothing is sent after that.
"""

from __future__ import annotations

import json
import socket
import warnings

from hardening.node.fact import NotReadable
from hardening.node.namespaces import enter_network, in_child

TYPE_CHECKING = False  # as in the runtime
if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from typing import Any

VERSIONS = {"TLSv1": "TLSv1", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}
"""As servers name them, and as Python does."""
_SECONDS = 3
_REFUSES_VERSION = ("PROTOCOL_VERSION", "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY")
"""Alerts of a server that does not speak a version, or has no cipher for it."""
_NO_RECORD = "WRONG_VERSION_NUMBER"
"""What came back begins like no record of any version of TLS."""
_NO_TLS = "no TLS"


def endpoints(init: int, places: list[tuple[str, int]], names: list[str]) -> list[dict[str, Any]]:
    """A TlsServer for each address and name; places that speak no TLS are left out."""
    import ssl  # noqa: F401, PLC0415 - slow to load, and only where a program is asked for its TLS; children have it then

    def ask() -> bytes:
        enter_network(init)
        return json.dumps([each for place in places for each in servers(place, names or [""])]).encode()

    return list(json.loads(in_child(ask, _SECONDS * len(VERSIONS) * max(len(places) * len(names or [""]), 1) + 5)))


def servers(place: tuple[str, int], names: list[str]) -> Iterator[dict[str, Any]]:
    """A TlsServer for each name at an address and port that can be reached from here."""
    import ssl  # noqa: PLC0415 - as above

    offered = {version: name for version, name in VERSIONS.items() if getattr(ssl, f"HAS_{name}")}
    contexts = {version: _context(ssl.TLSVersion[name]) for version, name in offered.items()}
    for name in names:
        protocols: dict[str, bool] = {}
        certificate = b""
        for version, context in contexts.items():
            spoken, sent = _shake(place, name, context)
            if spoken is _NO_TLS and not protocols:
                return
            if isinstance(spoken, bool):
                protocols[version] = spoken
                certificate = sent or certificate
        if any(protocols.values()):
            yield {
                "address": place[0],
                "port": place[1],
                "server_name": name,
                "protocols": protocols,
                "certificate": _pem(certificate),
            }


def _pem(certificate: bytes) -> str:
    import ssl  # noqa: PLC0415 - as above

    return ssl.DER_cert_to_PEM_cert(certificate) if certificate else ""


def _shake(place: tuple[str, int], name: str, context: ssl.SSLContext) -> tuple[bool | str | None, bytes]:
    """Whether the server speaks one version, and the certificate it sent; None where that cannot be told."""
    try:
        with socket.create_connection(place, _SECONDS) as plain:
            plain.settimeout(_SECONDS)
            secure = context.wrap_socket(plain, server_hostname=name or None, do_handshake_on_connect=False)
            with secure:
                return _outcome(secure)
    except ConnectionRefusedError as error:
        raise NotReadable(f"{place[0]}:{place[1]}: {error.strerror}") from None
    except OSError:
        return None, b""  # it ended the connection, as a server does that was spoken to in another language


def _context(version: ssl.TLSVersion) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - as above

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what it offers is to be seen, whatever it is
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old versions are deprecated, which is why they are looked for
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _outcome(secure: ssl.SSLSocket) -> tuple[bool | str | None, bytes]:
    """What a handshake came to. A failure of this side's own library says nothing of the server."""
    import ssl  # noqa: PLC0415 - as above

    try:
        secure.do_handshake()
    except ssl.SSLError as error:
        reason = error.reason or ""
        if secure.cipher() is not None:
            return True, b""  # it had agreed to the version, and then wanted a certificate of the client
        if "ALERT" in reason:
            return not reason.endswith(_REFUSES_VERSION), b""
        if reason == _NO_RECORD:
            return _NO_TLS, b""
        return (False, b"") if reason == "UNSUPPORTED_PROTOCOL" else (None, b"")
    return True, secure.getpeercert(binary_form=True) or b""
