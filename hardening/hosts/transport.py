"""What a database speaks at a Unix socket that leads to it: plaintext, TLS, or both. Found out by trying; no login."""

import socket
import ssl
import struct
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bson
from msgspec import Struct

from hardening.certificates import Certificate, read_der
from hardening.model.known import Known, Unavailable

_OP_MSG = 2013
_HEADER = struct.Struct("<iiii")
"""Length of the whole message, its number, the number it answers, its kind (MongoDB's wire protocol)."""


class Tls(Struct, frozen=True):
    """That clients speak TLS, and whom they trust.

    Attributes:
        authorities: certificates in PEM by which the server's is verified; empty verifies nothing.
    """

    authorities: bytes = b""


@contextmanager
def driver_options(path: str, tls: Tls | None) -> Generator[dict[str, Any]]:
    """A database driver's options, its `host` among them, for as long as the files last that it wants.

    With TLS the driver asks for the socket's path as the server's name, of which no part between dots may be longer
    than 63 characters: it gets a short path. Such a name says nothing, so only the certificate's chain is verified.
    """
    if tls is None:
        yield {"host": _url(path)}
        return
    with tempfile.TemporaryDirectory(prefix="harden-") as folder:
        short, authorities = Path(folder) / "to.sock", Path(folder) / "ca.pem"
        short.symlink_to(path)
        authorities.write_bytes(tls.authorities)
        trust = {"tlsCAFile": str(authorities), "tlsAllowInvalidHostnames": True}
        yield {
            "host": _url(str(short)),
            "tls": True,
            **(trust if tls.authorities else {"tlsAllowInvalidCertificates": True}),
        }


def certificate(path: str, *, seconds: float) -> Known[Certificate] | Unavailable:
    """The certificate that is offered. Nothing about it is verified here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with closing(_connected(path, seconds)) as raw, context.wrap_socket(raw) as connection:
            return Known(read_der(connection.getpeercert(binary_form=True) or b""))
    except (ssl.SSLError, ConnectionError) as error:
        return Unavailable(f"no TLS is spoken ({_reason(error)})")
    except TimeoutError:
        return Unavailable(f"a TLS handshake was not answered within {seconds:g} s")
    except (OSError, ValueError) as error:
        return Unavailable(f"no certificate could be read: {error}")


def answers_plaintext(path: str, *, seconds: float) -> Known[bool] | Unavailable:
    """Whether `hello` without TLS is answered; a server that wants TLS ends the connection without a word."""
    body = struct.pack("<IB", 0, 0) + bson.encode({"hello": 1, "$db": "admin"})
    message = _HEADER.pack(_HEADER.size + len(body), 1, 0, _OP_MSG) + body
    try:
        with closing(_connected(path, seconds)) as connection:
            connection.sendall(message)
            answer = connection.recv(_HEADER.size, socket.MSG_WAITALL)
    except ConnectionError:
        return Known(value=False)
    except TimeoutError:
        return Unavailable(f"plaintext was neither answered nor refused within {seconds:g} s")
    except OSError as error:
        return Unavailable(f"plaintext could not be tried: {error}")
    if not answer:
        return Known(value=False)
    if len(answer) < _HEADER.size or _HEADER.unpack(answer)[3] != _OP_MSG:
        return Unavailable("plaintext was answered with something else than the database's protocol")
    return Known(value=True)


def _url(path: str) -> str:
    return f"mongodb://{quote(path, safe='')}"


def _connected(path: str, seconds: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", None) or error.strerror or type(error).__name__)
