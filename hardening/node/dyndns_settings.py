"""What harden-dns is told: settings and a login, each from a file. Part of it; see `dyndns.py`."""

from __future__ import annotations

import json
import os
import re
import stat
import urllib.parse
from typing import NamedTuple

VERSION = 1
"""Of the settings."""
LOGIN_LIMIT = 4096

_PRIVATE = ("/run/secrets/", "/run/credentials/")
"""Where the swarm and systemd put secrets, each in a file system that only the service itself sees."""
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class DnsError(Exception):
    """What keeps this program from going on, in words for a person."""


class Settings(NamedTuple):
    """What to keep where.

    Attributes:
        server: `https://host[:port]/path` of the provider's update service.
        agent: User-Agent, as No-IP asks for: `Company Program/System-Version contact@mail`.
        hostnames: in full, lower case.
        address: {"fixed": IP}, {"interface": NAME, "family": "ipv4" or "ipv6"} or {"url": HTTPS address}.
        interval: seconds between two looks at the address.
        credentials: file with `username: …` and `password: …`.
        ca: file with the certificates to trust; empty for the system's.
        state: file of this program's own.
    """

    server: str
    agent: str
    hostnames: tuple[str, ...]
    address: dict[str, str]
    interval: int
    credentials: str
    ca: str
    state: str


class Credentials(NamedTuple):
    """A login that does not show itself."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"


def read_settings(path: str) -> Settings:
    """Settings from a JSON file.

    Raises:
        DnsError: it cannot be read or does not fit.
    """
    try:
        with open(path, "rb") as file:
            document = json.load(file)
        if document.pop("version", None) != VERSION:
            raise DnsError(f"{path}: is not of version {VERSION}")
        wanted = Settings(**{**document, "hostnames": tuple(document["hostnames"])})
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DnsError(f"{path}: are no settings of harden-dns: {error}") from None
    check(wanted)
    return wanted


def check(settings: Settings) -> None:
    """Refuse settings that could send a password astray.

    Raises:
        DnsError: a server without TLS, a name that is none.
    """
    check_url(settings.server, "server")
    if "url" in settings.address:
        check_url(settings.address["url"], "address")
    for host in settings.hostnames:
        if not is_host_name(host):
            raise DnsError(f"`{host}` is no full host name in lower case")


def check_url(url: str, what: str) -> None:
    """Only HTTPS, only a plain address: a login in it would end up in logs."""
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment or port == 0:
        raise DnsError(f"{what} must be https://host[:port]/path, without a login or a query")


def is_host_name(text: str) -> bool:
    """Whether it is a full host name in lower case."""
    return _HOST.fullmatch(text) is not None


def read_credentials(path: str) -> Credentials:
    """A login from a file that nobody else may read.

    Raises:
        DnsError: others may read it, or it has another form. Nothing of its content is in the message.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise DnsError(f"{path}: is no regular file")
            private = os.path.realpath(path).startswith(_PRIVATE)
            if not private and found.st_mode & 0o077:
                raise DnsError(f"{path}: others may read it (mode {found.st_mode & 0o777:04o}): chmod 600 {path}")
            if not private and found.st_uid not in (0, os.geteuid()):
                raise DnsError(f"{path}: belongs to another user (uid {found.st_uid})")
            text = file.read(LOGIN_LIMIT)
    except OSError as error:
        raise DnsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DnsError(f"{path}: is not UTF-8 text") from None
    return parse_credentials(text, path)


def parse_credentials(text: str, name: str) -> Credentials:
    """`username: …`, `password: …` and possibly `salt: …`, one a line; see `read_credentials`."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key not in ("username", "password", "salt") or key in found or not value.strip():
            raise DnsError(f"{name}:{number}: a line is `username: …`, `password: …` or `salt: …`, each once")
        found[key] = value.strip()
    for key in ("username", "password"):
        if key not in found:
            raise DnsError(f"{name}: has no line `{key}: …`")
    if ":" in found["username"]:
        raise DnsError(f"{name}: a user name holds no colon")
    return Credentials(found["username"], found["password"])
