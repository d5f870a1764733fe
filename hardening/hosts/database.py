"""The door to databases that publish nothing: through a relay on the node, into the container's own network.

With `archive` the only user of pymongo. Code elsewhere catches the errors in `__all__` from here.

A client speaks to a Unix socket, so TLS cannot compare a host name: the certificate's chain is verified and any name
allowed; that the peer is the right container is the relay's promise. TLS or plaintext is the caller's choice, made once
for a door: no client ever falls back from the one to the other.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from bson.json_util import RELAXED_JSON_OPTIONS, dumps
from msgspec import Struct
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from hardening.certificates import Certificate
from hardening.errors import HardenError
from hardening.model.known import Known, Unavailable

from . import Host, relay, transport
from .transport import Tls, driver_options

__all__ = [
    "AutoReconnect",
    "Client",
    "Credentials",
    "Document",
    "Door",
    "OperationFailure",
    "PyMongoError",
    "Secret",
    "Tls",
    "as_json",
    "complaint",
    "keyfile_credentials",
    "member",
    "open_door",
    "read_secret",
]

Document = dict[str, Any]  # the driver's documents hold whatever BSON can
Client = MongoClient[Document]

PORT = 27017
_OUR_SOCKET = re.compile(r"^\S+\.sock: ")
_AFTERTHOUGHT = re.compile(r", Timeout:| \(configured timeouts:|, full error:")
"""Where the driver's own diagnosis begins, which is for programmers."""
_GOSSIP = ("$clusterTime", "operationTime")
"""What a server adds to every reply for its drivers; the first carries a signature made with the set's key."""


class Secret:
    """A secret in memory. It shows nothing of itself: neither in a message nor in a traceback or a log."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The value, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Nothing."""
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        """A secret is not written anywhere."""
        raise TypeError("a secret is not to be stored")


class Credentials(Struct, frozen=True):
    """A database login by SCRAM-SHA-256; `database` is where the user is defined."""

    user: str
    password: Secret
    database: str = "admin"


def keyfile_credentials(keyfile: Secret) -> Credentials:
    """The set's own member login, `__system`, from the content of its key file.

    mongod ignores white space in a key; while a key is being rotated the file is a YAML list, of which any entry works.
    """
    lines = keyfile.reveal().decode("ascii", "replace").split("\n")
    entries = [line.strip()[1:] for line in lines if line.strip().startswith("- ")]
    key = "".join((entries[0] if entries else "".join(lines)).split()).strip("\"'")
    return Credentials("__system", Secret(key.encode()), "local")


"""Made before there are threads: two that meet a type for the first time at once can crash the interpreter."""


class Door(Struct, frozen=True):
    """An open way to one port inside a container, and the secrets that were asked for.

    Attributes:
        tls: how clients speak TLS; None for plaintext.
    """

    socket: str
    secrets: Mapping[str, Known[Secret] | Unavailable]
    tls: Tls | None = None

    def speaking(self, tls: Tls | None) -> "Door":
        """The same way, with or without TLS."""
        return msgspec.structs.replace(self, tls=tls)

    def offers_certificate(self, *, seconds: float = 10) -> Known[Certificate] | Unavailable:
        """What the server shows in a TLS handshake, unverified."""
        return transport.certificate(self.socket, seconds=seconds)

    def answers_plaintext(self, *, seconds: float = 10) -> Known[bool] | Unavailable:
        """Whether the server answers without TLS."""
        return transport.answers_plaintext(self.socket, seconds=seconds)

    @contextmanager
    def client(self, credentials: Credentials | None = None, *, seconds: float = 10) -> Generator[Client]:
        """A connected client of this one member, whatever its state in the set.

        Nothing is sent before the first command: a refused login shows there, as OperationFailure with code 18.

        Args:
            credentials: None for a client that does not log in.
            seconds: to reach the server, to connect, and for each answer.
        """
        limit = int(seconds * 1000)
        login: dict[str, Any] = {}
        if credentials:
            login = {
                "username": credentials.user,
                "password": credentials.password.reveal().decode("utf-8", "replace"),
                "authSource": credentials.database,
                "authMechanism": "SCRAM-SHA-256",
            }
        with (
            driver_options(self.socket, self.tls) as way,
            Client(
                directConnection=True,
                appname="harden",
                # No third connection that does nothing but measure: each is a TLS handshake for the server.
                serverMonitoringMode="poll",
                serverSelectionTimeoutMS=limit,
                connectTimeoutMS=limit,
                socketTimeoutMS=limit,
                **login,
                **way,
            ) as client,
        ):
            yield client


@contextmanager
def open_door(  # noqa: PLR0913 - a place, and what is wanted there
    host: Host,
    container_id: str,
    *,
    port: int = PORT,
    program: str = "",
    secrets: tuple[str, ...] = (),
    authority: str = "",
) -> Generator[Door]:
    """Lead into a container's network namespace, and read some of its secrets on the way.

    Args:
        host: the container's node.
        container_id: full id.
        port: on the container's loopback.
        program: instead of a port: where this program of the container listens, by what the kernel says.
        secrets: names under /run/secrets.
        authority: one more of them, with the certificates that the server's is verified by; clients of the door then
            speak TLS, otherwise plaintext.

    Raises:
        HostError: the node could not be reached, or has no such container.
        HardenError: the container has no such authority.
    """
    place = {"program": program} if program else {"port": port}
    wanted = tuple(dict.fromkeys((*secrets, *([authority] if authority else []))))
    with host.serve("relay", {"container": container_id, "secrets": wanted, **place}) as line:
        answer = relay.decoded(host, line)
        told = {name: _secret(found) for name, found in answer.secrets.items()}
        tls = Tls(_revealed(host, container_id, told[authority]).reveal()) if authority else None
        with host.forward(answer.socket) as local:
            yield Door(str(local), told, tls)


@contextmanager
def member(
    host: Host,
    container_id: str,
    *,
    port: int = PORT,
    credentials: Credentials | None = None,
    seconds: float = 10,
) -> Generator[Client]:
    """A client of the mongod in a container, through a door of its own. See `open_door` and `Door.client`."""
    with open_door(host, container_id, port=port) as door, door.client(credentials, seconds=seconds) as client:
        yield client


def read_secret(host: Host, container_id: str, name: str) -> Secret:
    """A secret of a running container, read from its node now.

    Raises:
        HostError: the node could not be reached.
        HardenError: the container does not run, or has no such secret.
    """
    answer = relay.decoded(host, host.ask("relay", {"container": container_id, "secrets": [name]}))
    return _revealed(host, container_id, _secret(answer.secrets[name]))


def as_json(document: Mapping[str, object]) -> str:
    """A server's answer as JSON: relaxed extended form, without what drivers gossip about."""
    kept = {key: value for key, value in document.items() if key not in _GOSSIP}
    return dumps(kept, json_options=RELAXED_JSON_OPTIONS)


def complaint(error: PyMongoError) -> str:
    """A driver's error in one line: the server's code name and message, or why it could not be reached."""
    if isinstance(error, OperationFailure):
        name = (error.details or {}).get("codeName", "")
        # A refusal repeats the whole command, with the session's number in it.
        message = str((error.details or {}).get("errmsg", "refused")).partition(" to execute command")[0]
        return f"{name}: {message}" if name else message
    # The way to the server is named by the error's first word, a socket of ours; what follows the colon is the reason.
    reason = _AFTERTHOUGHT.split(str(error))[0]
    return _OUR_SOCKET.sub("", reason)


def _revealed(host: Host, container_id: str, found: Known[Secret] | Unavailable) -> Secret:
    match found:
        case Known(value=secret):
            return secret
        case Unavailable(reason=reason):
            raise HardenError(f"{host.node.name}: container {container_id[:12]}: {reason}")


def _secret(found: relay.RelayedSecret) -> Known[Secret] | Unavailable:
    if found.value is None:
        return Unavailable(found.reason or "not told")
    return Known(Secret(found.value))
