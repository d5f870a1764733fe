"""The door to a database of the user's, in which reports are kept as stored files (GridFS)."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from gridfs import GridFSBucket
from gridfs.errors import FileExists
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from hardening.errors import Exit, HardenError

from .database import Client, Secret, complaint

BUCKET = "harden_reports"
DATABASE = "harden"
"""Where the address names none."""
SECONDS = 10
_SECRET_OPTIONS = {"tlscertificatekeyfilepassword", "authmechanismproperties", "sslpempassphrase"}
_NO_SECRETS = "a password in an address shows in process lists and in the shell's history"


class Archive:
    """Stored files by name, each with a description."""

    def __init__(self, client: Client, database: str, name: str) -> None:
        self._bucket = GridFSBucket(client[database], BUCKET)
        self._files = client[database][f"{BUCKET}.files"]
        self.name = name

    def put(self, name: str, content: bytes, description: Mapping[str, object]) -> None:
        """Store a file; one of that name that is there already is left as it is.

        The driver writes the content first and the entry that names it last, so a broken upload is never listed.
        """
        with _told(self.name):
            if self._files.find_one({"_id": name}, {"_id": 1}):
                return
            try:
                self._bucket.upload_from_stream_with_id(name, name, content, metadata=description)
            except FileExists:
                return  # somebody else stored the same report in the meantime

    def descriptions(self) -> Iterator[tuple[str, object]]:
        """Name and description of every stored file."""
        with _told(self.name):
            for found in self._files.find({}, {"metadata": 1}):
                yield str(found["_id"]), found.get("metadata")


@contextmanager
def open_archive(address: str, password: Secret | None) -> Generator[Archive]:
    """Connect to a database, log in, and see that it answers.

    Args:
        address: `mongodb://[user@]host[,host…]/[database][?options]`, without any secret.
        password: of the address's user.

    Raises:
        HardenError: the address is no good or holds a secret, the database cannot be reached, or refuses.
    """
    parsed = _parsed(address)
    user, database = parsed["username"], parsed["database"] or DATABASE
    name = ",".join(str(host) if port is None else f"{host}:{port}" for host, port in parsed["nodelist"])
    if user and password is None and not parsed["options"].get("authMechanism"):
        raise HardenError(f"{name}: the user {user} needs a password", "put it into a file: --store-password-file")
    if password and not user:
        raise HardenError(f"{name}: there is a password, but the address names no user", "mongodb://USER@host/…")
    settings: dict[str, Any] = {"serverSelectionTimeoutMS": SECONDS * 1000, "connectTimeoutMS": SECONDS * 1000}
    if password:
        settings |= {"username": user, "password": password.reveal().decode("utf-8", "replace")}
    with _told(name), Client(address, appname="harden", **settings) as client:
        client[database][f"{BUCKET}.files"].find_one({}, {"_id": 1})
        yield Archive(client, database, f"{name}/{database}")


def _parsed(address: str) -> dict[str, Any]:
    try:
        parsed = parse_uri(address, warn=False)
    except OSError as error:
        raise HardenError(f"the store's address: {_files(address)}: {error.strerror}") from None
    except (PyMongoError, ValueError, TypeError):
        # The driver's own words may repeat a part of the address, and with it a secret.
        raise HardenError("the store's address cannot be understood", "mongodb://USER@host:27017/database") from None
    if parsed["password"]:
        raise HardenError("the store's address holds a password", f"{_NO_SECRETS}: --store-password-file takes it")
    if secrets := _SECRET_OPTIONS & {key.lower() for key in parsed["options"]}:
        raise HardenError(f"the store's address holds a secret: {min(secrets)}", _NO_SECRETS)
    return parsed


def _files(address: str) -> str:
    """The files an address names: the driver's complaint about one names it or not, as its version is."""
    options = parse_qsl(address.partition("?")[2])
    return ", ".join(value for name, value in options if name.lower().endswith("file"))


@contextmanager
def _told(name: str) -> Generator[None]:
    """Turn the driver's errors into ours: a refusal is the user's to mend, the rest is a host out of reach."""
    try:
        yield
    except OperationFailure as error:
        raise HardenError(f"{name}: the database refused: {complaint(error)}") from None
    except PyMongoError as error:
        reason = complaint(error)
        raise HardenError(f"{name}: the database cannot be reached: {reason}", exit_code=Exit.UNREACHABLE) from None
