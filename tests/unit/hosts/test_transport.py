"""What is found out by trying a socket: TLS, plaintext, both, or nothing that is certain."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hardening.certificates import Wanted, issue, read
from hardening.facts.speech import Speech, chosen, heard
from hardening.hosts import transport
from hardening.hosts.database import Door, Secret, Tls
from hardening.model.known import Known, Unavailable

AUTHORITY, ISSUED = issue("test", {"own": Wanted(("db1",))})
OP_MSG = struct.pack("<iiii", 26, 7, 1, 2013) + b"\0" * 10
Behaviour = Callable[[socket.socket], None]


@contextmanager
def serving(path: Path, behave: Behaviour) -> Generator[str]:
    """A server that does the same with every connection, and then ends it."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(path)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def hangs_up(connection: socket.socket) -> None:
    connection.recv(1000)


def answers(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(OP_MSG)


def says_something_else(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")


def says_nothing(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass


@pytest.fixture
def tls(tmp_path: Path) -> Behaviour:
    """A server that speaks TLS only."""
    own = tmp_path / "own.pem"
    own.write_text(ISSUED["own"].key + ISSUED["own"].certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1000)

    return behave


@pytest.mark.parametrize(
    ("behave", "plaintext"),
    [(hangs_up, Known(value=False)), (answers, Known(value=True))],
)
def test_plaintext_is_answered_or_not(tmp_path: Path, behave: Behaviour, plaintext: Known[bool]) -> None:
    with serving(tmp_path / "s", behave) as path:
        assert transport.answers_plaintext(path, seconds=5) == plaintext


@pytest.mark.parametrize(
    ("behave", "reason"),
    [(says_something_else, "something else"), (says_nothing, "neither answered nor refused within 0.2 s")],
)
def test_what_is_neither_is_not_known(tmp_path: Path, behave: Behaviour, reason: str) -> None:
    with serving(tmp_path / "s", behave) as path:
        found = transport.answers_plaintext(path, seconds=0.2)
    assert isinstance(found, Unavailable)
    assert reason in found.reason


def test_the_certificate_comes_from_the_handshake(tmp_path: Path, tls: Behaviour) -> None:
    with serving(tmp_path / "s", tls) as path:
        assert transport.certificate(path, seconds=5) == Known(read(ISSUED["own"].certificate)[0])


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (hangs_up, "no TLS is spoken"),
        (answers, "no TLS is spoken"),
        (says_nothing, "was not answered within 0.2 s"),
    ],
)
def test_without_tls_there_is_no_certificate(tmp_path: Path, behave: Behaviour, reason: str) -> None:
    with serving(tmp_path / "s", behave) as path:
        found = transport.certificate(path, seconds=0.2)
    assert isinstance(found, Unavailable)
    assert reason in found.reason


def test_a_socket_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "none")
    assert isinstance(transport.answers_plaintext(path, seconds=1), Unavailable)
    assert isinstance(transport.certificate(path, seconds=1), Unavailable)


def test_a_driver_with_tls_gets_a_path_that_may_pass_for_a_name(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 70) / "relay.sock"
    with transport.driver_options(str(long), Tls(AUTHORITY.encode())) as options:
        name = options["host"].removeprefix("mongodb://").replace("%2F", "/")
        assert max(map(len, name.split("."))) < 64
        assert Path(name).readlink() == long
        assert Path(options["tlsCAFile"]).read_text() == AUTHORITY
    assert not Path(name).exists()


# --- what follows from it --------------------------------------------------------------------------------------------


def test_a_refusal_counts_only_where_somebody_speaks_tls(tmp_path: Path, tls: Behaviour) -> None:
    with serving(tmp_path / "a", tls) as path:
        assert heard(Door(path, {})).plaintext == Known("refused")
    with serving(tmp_path / "b", hangs_up) as path:
        assert heard(Door(path, {})).plaintext == Unavailable("neither TLS nor plaintext is answered")
    with serving(tmp_path / "c", answers) as path:
        assert heard(Door(path, {})).plaintext == Known("answered")


CERTIFICATE = Known(read(ISSUED["own"].certificate)[0])
NO_TLS = Unavailable("no TLS is spoken (x)")
TRUST: dict[str, Known[Secret] | Unavailable] = {
    "ca": Known(Secret(AUTHORITY.encode())),
    "gone": Unavailable("/run/secrets/gone: no such file"),
}


@pytest.mark.parametrize(
    ("speech", "authority", "tls", "over"),
    [
        (Speech(Known("refused"), CERTIFICATE), "ca", Tls(AUTHORITY.encode()), Known("verified TLS")),
        (Speech(Known("answered"), CERTIFICATE), "ca", Tls(AUTHORITY.encode()), Known("verified TLS")),
        (Speech(Known("refused"), CERTIFICATE), "", Tls(), Known("unverified TLS")),
        (Speech(Known("answered"), NO_TLS), "ca", None, Known("plaintext")),
        (Speech(Unavailable("?"), NO_TLS), "ca", None, NO_TLS),
        (Speech(Known("answered"), CERTIFICATE), "gone", None, TRUST["gone"]),
    ],
    ids=["TLS only", "both", "nothing to verify by", "plaintext only", "nothing", "an authority that is not there"],
)
def test_plaintext_is_spoken_only_where_there_is_no_tls(
    speech: Speech, authority: str, tls: Tls | None, over: Known[str] | Unavailable
) -> None:
    door, chosen_way = chosen(Door("/none", TRUST), speech, authority)
    assert (door.tls, chosen_way) == (tls, over)
